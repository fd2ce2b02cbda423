// What the library hears from other windows, and how long it takes.

import { taken } from "./time.js";

/** How long each event took. */
export let heard = [];
let deaf = false;

const { addEventListener, removeEventListener } = window;
/** By name and listener. */
const measured = {};

window.addEventListener = (name, listener) => {
  const measure = (event) => {
    if (!deaf) taken(() => listener(event)).then((took) => heard.push(took));
  };
  (measured[name] ??= new Map()).set(listener, measure);
  addEventListener(name, measure);
};

window.removeEventListener = (name, listener) => removeEventListener(name, measured[name]?.get(listener));

/** Hears nothing, as a page that the browser has frozen. */
export function freeze() {
  deaf = true;
}

/** Hears again, after it has looked at what it has missed. */
export function thaw() {
  deaf = false;
  heard = [];
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}
