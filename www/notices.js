// What concerns the whole page: storage that is full or damaged.

import { byId, h } from "./dom.js";

/** Shows a notice for each such event, until it is dismissed. */
export function startNotices(app) {
  app.on("storage-full", () => notice("storage-full", "The browser's storage for this shop is full. What you change stays in this tab, and is stored as soon as there is room; don't close the tab yet."));
  app.on("corrupt", () => notice("corrupt", "Something stored by this shop was damaged and has been set aside. Everything else is here."));
}

function notice(kind, text) {
  const notices = byId("notices");
  if (notices.querySelector(`[data-kind="${kind}"]`)) return;
  const box = h("div", { class: "notice", "data-kind": kind },
    h("p", {}, text),
    h("button", { type: "button", onclick: () => box.remove() }, "Dismiss"));
  notices.append(box);
}
