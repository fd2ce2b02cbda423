// As much of a browser as the tests need under Node.

/** As much of a page as the client looks for before it opens. */
export function pretendToBeAPage(): void {
  const listeners = new EventTarget();
  // web-sys asks whether the global object is a Window.
  class Window {
    static [Symbol.hasInstance](value: unknown): boolean {
      return value === globalThis;
    }
  }
  const page = {
    Window,
    Storage: MemoryStorage,
    window: globalThis,
    document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
    location: new URL("http://localhost/"),
    isSecureContext: true,
    localStorage: new MemoryStorage(),
    sessionStorage: new MemoryStorage(),
    addEventListener: listeners.addEventListener.bind(listeners),
    removeEventListener: listeners.removeEventListener.bind(listeners),
    dispatchEvent: listeners.dispatchEvent.bind(listeners),
  };
  for (const [name, value] of Object.entries(page)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}

/** A `Storage` of the page's own. */
export class MemoryStorage {
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
