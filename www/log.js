// The live view: one row for each request that holdall sent, and for whatever else it did.

import { byId, h, say } from "./dom.js";
import { duration, size } from "./words.js";

const ROWS = 200;

/** Shows what the client reports, newest first. */
export function startLog(app) {
  const log = byId("log");

  function add(kind, token, line, summary) {
    const row = h("li", { class: `row ${kind}`, "data-testid": "log-row", "data-kind": kind, "data-token": String(token) }, ...line);
    log.prepend(row);
    while (log.children.length > ROWS) log.lastElementChild.remove();
    say(byId("live-last"), summary);
    return row;
  }

  app.on("request", (detail) => {
    const { method, slices, bytes, token, status, milliseconds, replayed } = detail;
    const path = pathOf(detail.url);
    const row = add("request", token, [
      h("span", { class: "row-main" }, h("b", {}, method), " ", h("span", { class: "path" }, path)),
      h("span", { class: "row-end" }, h("span", { class: "status" }, status ? String(status) : "no answer"), " ", duration(milliseconds)),
      h("span", { class: "row-tags" },
        ...(token ? [h("span", { class: "tag token" }, "token")] : []),
        ...slices.map((slice) => h("span", { class: `tag ${slice}` }, slice)),
        ...(slices.length ? [h("span", {}, `${size(bytes)} of state`)] : []),
        ...(token || slices.length ? [] : [h("span", {}, "nothing carried")]),
        ...(replayed ? [h("span", { class: "tag replayed" }, "replayed")] : [])),
    ], `${method} ${path} ${status || "no answer"}`);
    row.dataset.ok = String(status >= 200 && status < 400);
    row.dataset.like = [method, path, status, token, replayed, ...slices].join(" ");
    row.classList.toggle("again", row.nextElementSibling?.dataset.like === row.dataset.like);
  });

  app.on("refresh", ({ outcome, milliseconds }) => {
    const words = { renewed: "Token renewed", ended: "Session ended by the server", failed: "Renewal failed, will try again" }[outcome] ?? outcome;
    const row = add("refresh", false, [h("span", { class: "row-main" }, words), h("span", { class: "row-end" }, duration(milliseconds))], words);
    row.dataset.ok = String(outcome === "renewed");
  });

  note("session", ({ status }) => `Session: ${status.replace("-", " ")}`);
  note("storage-full", () => "Storage full");
  note("corrupt", ({ key }) => `Damaged entry set aside: ${key}`);

  function note(kind, words) {
    app.on(kind, (detail) => add(kind, false, [h("span", { class: "row-main" }, words(detail ?? {}))], words(detail ?? {})));
  }

  byId("log-clear").addEventListener("click", () => log.replaceChildren());
}

function pathOf(url) {
  const { origin, pathname } = new URL(url, location.href);
  return origin === location.origin ? pathname : origin + pathname;
}
