// On narrow screens the live view is a sheet at the bottom that opens and closes.

import { byId } from "./dom.js";

const WIDE = matchMedia("(min-width: 72rem)"); // the same as in live.css

/** Makes the sheet open and close. */
export function startSheet() {
  const sheet = byId("live");
  const toggle = byId("live-toggle");

  function set(open) {
    sheet.dataset.open = String(open);
    toggle.setAttribute("aria-expanded", String(open));
    byId("live-body").inert = !open && !WIDE.matches;
  }

  toggle.addEventListener("click", () => set(sheet.dataset.open !== "true"));
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || WIDE.matches || sheet.dataset.open !== "true") return;
    set(false);
    toggle.focus();
  });
  WIDE.addEventListener("change", () => set(sheet.dataset.open === "true"));
  set(false);
}
