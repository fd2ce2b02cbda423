// A document for the frameworks. Import it before them: they look for one when they are loaded.
import { JSDOM } from "jsdom";
import { createClient, type App } from "../src/client.js";
import { map, type MapSlice } from "../src/map.js";
import { object, type ObjectSlice } from "../src/object.js";
import { set, type SetSlice } from "../src/set.js";
import { uniqueName } from "./again.js";
import { Fake } from "./fake.js";

const { window } = new JSDOM("<!doctype html><main></main>", { url: "http://localhost/", pretendToBeVisual: true });
const names = [
  ...["window", "document", "navigator", "Node", "Element", "HTMLElement", "SVGElement", "MathMLElement", "ShadowRoot", "Event"],
  ...["HTMLInputElement", "HTMLIFrameElement", "HTMLMediaElement", "HTMLTemplateElement", "Comment", "Text"],
];
for (const name of names) {
  const value: unknown = name === "window" ? window : (window as unknown as Record<string, unknown>)[name];
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

export interface Line {
  title: string;
  qty: number;
}

export interface Slices {
  cart: MapSlice<Line>;
  filters: ObjectSlice<{ text: string; inStock: boolean }>;
  blocked: SetSlice<string>;
}

/** A client over the fake, with two lines in its cart that a server doesn't know of. */
export function shop(): App<Slices> {
  const app = createClient(Fake, {
    name: uniqueName(),
    state: {
      cart: map<Line>(),
      filters: object({ initial: { text: "", inStock: true } }),
      blocked: set(),
    },
  });
  app.state.cart.set("lamp", { title: "Lamp", qty: 1 });
  app.state.cart.set("mug", { title: "Mug", qty: 2 });
  return app;
}

/** Does something as on a server, where there is no document. */
export async function onServer<R>(body: () => R | Promise<R>): Promise<R> {
  const { document } = globalThis;
  delete (globalThis as { document?: Document }).document;
  try {
    return await body();
  } finally {
    Object.defineProperty(globalThis, "document", { value: document, configurable: true, writable: true });
  }
}

/** Counts the listeners of a slice. */
export function counted<C extends { subscribe(...args: never[]): () => void }>(slice: C): { slice: C; count(): number } {
  let count = 0;
  const subscribe = (...args: never[]): (() => void) => {
    const end = slice.subscribe(...args);
    count++;
    return () => {
      count--;
      end();
    };
  };
  return { slice: { ...slice, subscribe }, count: () => count };
}

/** A fresh place to render into. */
export function place(html = ""): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = html;
  document.body.append(element);
  return element;
}
