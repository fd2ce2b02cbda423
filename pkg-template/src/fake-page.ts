import type { FakeClock } from "./fake-clock.js";

/** What several tabs of one browser share. */
export class FakeBrowser {
  readonly tabs = new Set<FakeTab>();
  readonly channels = new Set<FakeChannel>();
  readonly locks = new FakeLocks();
  /** What the tabs that were closed had to themselves, until they are opened again. */
  readonly closed: Map<string, string>[] = [];

  constructor(
    readonly clock: FakeClock,
    readonly origin: string,
    readonly fetch: (request: Request) => Promise<Response>,
    readonly stored: Map<string, string>,
  ) {}
}

/** One tab: as much of a page as the client looks for. */
export class FakeTab {
  readonly #listeners = new EventTarget();
  readonly #session: Map<string, string>;
  readonly localStorage: object;
  /** The global object, as the client is to see it. */
  readonly global: object;

  constructor(private readonly browser: FakeBrowser) {
    const { clock, origin } = browser;
    this.#session = browser.closed.shift() ?? new Map();
    const start = clock.now;
    const local = storage(browser.stored, (key, newValue) => {
      for (const tab of browser.tabs) {
        // A task later, as in a browser.
        if (tab !== this) clock.setTimeout(() => tab.hear(key, newValue));
      }
    });
    const global = Object.create(globalThis) as object;
    const own = {
      globalThis: global,
      window: global,
      self: global,
      Window: class {
        static [Symbol.hasInstance](value: unknown): boolean {
          return value === global;
        }
      },
      Storage: class {
        static [Symbol.hasInstance](value: unknown): boolean {
          return typeof value === "object";
        }
      },
      document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
      location: new URL("/", origin),
      isSecureContext: true,
      localStorage: local,
      sessionStorage: storage(this.#session),
      indexedDB: undefined,
      navigator: { locks: browser.locks },
      crypto: globalThis.crypto,
      Date: { now: () => clock.now, parse: Date.parse },
      performance: { now: () => clock.now - start },
      setTimeout: clock.setTimeout,
      requestIdleCallback: undefined,
      addEventListener: this.#listeners.addEventListener.bind(this.#listeners),
      removeEventListener: this.#listeners.removeEventListener.bind(this.#listeners),
      BroadcastChannel: class extends FakeChannel {
        constructor(name: string) {
          super(name, browser);
        }
      },
      // Node's knows no page that an address could be relative to.
      Request: class extends Request {
        // The test's own are of the class that this one extends.
        static override [Symbol.hasInstance](value: unknown): boolean {
          return value instanceof Request;
        }

        constructor(input: RequestInfo | URL, init?: RequestInit) {
          super(input instanceof Request ? input : new URL(`${input}`, origin), init);
        }
      },
      fetch: (input: RequestInfo | URL, init?: RequestInit) =>
        browser.fetch(new Request(input instanceof Request ? input : new URL(`${input}`, origin), init)),
    };
    for (const [name, value] of Object.entries(own)) Object.defineProperty(global, name, { value, enumerable: true });
    this.localStorage = local;
    this.global = global;
    browser.tabs.add(this);
  }

  close(): void {
    this.browser.tabs.delete(this);
    this.browser.closed.push(this.#session);
  }

  hear(key: string, newValue: string | null): void {
    const { localStorage: storageArea } = this;
    this.#listeners.dispatchEvent(Object.assign(new Event("storage"), { key, newValue, storageArea }));
  }
}

/** A `Storage`, whose entries are properties as a browser's are. */
function storage(items: Map<string, string>, changed: (key: string, value: string | null) => void = () => {}): object {
  const methods = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, value: string) {
      items.set(key, value);
      changed(key, value);
    },
    removeItem(key: string) {
      if (items.delete(key)) changed(key, null);
    },
  };
  return new Proxy(methods, {
    ownKeys: () => [...items.keys()],
    getOwnPropertyDescriptor: (_, key) =>
      items.has(key as string) ? { value: "", configurable: true, enumerable: true } : undefined,
  });
}

/** A `BroadcastChannel` among the tabs of one browser. */
class FakeChannel extends EventTarget {
  constructor(
    readonly name: string,
    readonly browser: FakeBrowser,
  ) {
    super();
    browser.channels.add(this);
  }

  postMessage(data: unknown): void {
    for (const channel of this.browser.channels) {
      if (channel === this || channel.name !== this.name) continue;
      this.browser.clock.setTimeout(() => channel.dispatchEvent(Object.assign(new Event("message"), { data })));
    }
  }

  close(): void {
    this.browser.channels.delete(this);
  }
}

/** Web Locks among the tabs of one browser: one has a lock at a time. */
class FakeLocks {
  /** By name: when the last who asked for it has had it. */
  readonly #free = new Map<string, Promise<void>>();

  async request(name: string, { ifAvailable, signal }: LockOptions, use: (lock: object | null) => unknown): Promise<unknown> {
    // Never before this returns, as in a browser.
    await undefined;
    const before = this.#free.get(name);
    if (before && ifAvailable) return use(null);
    let release = (): void => {};
    const free = new Promise<void>((resolve) => (release = resolve));
    this.#free.set(name, free);
    try {
      await before;
      signal?.throwIfAborted();
      return await use({ name });
    } finally {
      release();
      if (this.#free.get(name) === free) this.#free.delete(name);
    }
  }
}
