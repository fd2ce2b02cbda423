// The same slice tests against the built module, if there is one in dist (`cargo xtask build` puts it there).
import { existsSync } from "node:fs";
import { describe } from "node:test";
import { options, testSlices } from "./slices.js";

const dist = new URL("../../dist/", import.meta.url);

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  pretendToBeAPage();
  const { open } = (await import(new URL("index.js", dist).href)) as typeof import("../src/index.js");
  testSlices("wasm", () => open(options()));
} else {
  describe.skip("wasm: there is no module in dist yet", () => {});
}

/** As much of a page as the client looks for before it opens. */
function pretendToBeAPage(): void {
  class Storage {
    readonly #items = new Map<string, string>();
    get length(): number {
      return this.#items.size;
    }
    key(index: number): string | null {
      return [...this.#items.keys()][index] ?? null;
    }
    getItem(key: string): string | null {
      return this.#items.get(key) ?? null;
    }
    setItem(key: string, value: string): void {
      this.#items.set(key, value);
    }
    removeItem(key: string): void {
      this.#items.delete(key);
    }
  }
  const listeners = new EventTarget();
  // web-sys asks whether the global object is a Window.
  class Window {
    static [Symbol.hasInstance](value: unknown): boolean {
      return value === globalThis;
    }
  }
  const page = {
    Window,
    Storage,
    window: globalThis,
    document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
    location: new URL("http://localhost/"),
    isSecureContext: true,
    localStorage: new Storage(),
    sessionStorage: new Storage(),
    addEventListener: listeners.addEventListener.bind(listeners),
    removeEventListener: listeners.removeEventListener.bind(listeners),
    dispatchEvent: listeners.dispatchEvent.bind(listeners),
  };
  for (const [name, value] of Object.entries(page)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
