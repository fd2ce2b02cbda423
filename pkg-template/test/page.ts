// As much of a browser as the tests need under Node.

/**
 * As much of a page as the client looks for before it opens. What is stored is told as another tab hears of it: a task later.
 * Clients of one page hear each other this way, and so are tabs to each other.
 */
export function pretendToBeAPage(): void {
  const listeners = new EventTarget();
  const setTimer = globalThis.setTimeout;
  const tell = (storageArea: MemoryStorage, key: string, newValue: string | null): void => {
    setTimeout(() => listeners.dispatchEvent(Object.assign(new Event("storage"), { key, newValue, storageArea })));
  };
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
    localStorage: new MemoryStorage(tell),
    sessionStorage: new MemoryStorage(),
    setTimeout: (job: () => void, milliseconds = 0) => {
      const timer = setTimer(job, milliseconds) as unknown as { unref(): void };
      // What a client would do in some seconds keeps no test waiting.
      if (milliseconds >= 1000) timer.unref();
      return timer;
    },
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
  readonly #self: MemoryStorage;

  constructor(private readonly changed?: (storage: MemoryStorage, key: string, value: string | null) => void) {
    const own = (key: string | symbol) => typeof key === "string" && this.#items.has(key);
    // As a browser's, its entries are properties.
    this.#self = new Proxy(this, {
      ownKeys: () => [...this.#items.keys()],
      getOwnPropertyDescriptor: (_, key) => (own(key) ? { value: "", configurable: true, enumerable: true } : undefined),
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return this.#self;
  }

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
    this.changed?.(this.#self, key, value);
  }
  removeItem(key: string): void {
    if (this.#items.delete(key)) this.changed?.(this.#self, key, null);
  }
}
