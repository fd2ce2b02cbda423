import { bindings } from "./bindings.js";
import type { App } from "./client.js";
import { type Clock, FakeClock, settle } from "./fake-clock.js";
import { FakeBrowser, FakeTab } from "./fake-page.js";
import { internal, type OpenOptions } from "./index.js";
import { wasm } from "./inline.js";

export type { Clock } from "./fake-clock.js";

/** What answers a request. Throw a `TypeError` for a network that fails. */
export type Route = (request: Request) => Response | Promise<Response>;

/** A request that has reached the network. */
export interface SentRequest {
  readonly method: string;
  /** Path and query; with the origin if it is another one than the page's. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The page of a test. */
export interface TestPage {
  /** `https://app.test`, if you don't say otherwise. */
  readonly origin?: string;
  /** What is in `localStorage` before the first tab: what another library has left there, for `adopt`. */
  readonly stored?: Readonly<Record<string, string>>;
}

/** A client in a browser of its own, in memory. */
export interface TestBrowser<S extends object> {
  /**
   * The client of the first tab.
   *
   * @example
   * ```ts
   * app.state.cart.increment("lamp", "qty", 1, { title: "Lamp", price: 4900, qty: 0 });
   * ```
   */
  readonly app: App<S>;
  /** The time for all tabs. */
  readonly clock: Clock;
  /** What answers, by method and path; may be changed at any time. A request for anything else fails as one without network. */
  readonly routes: Record<string, Route>;
  /** All that was sent, in order. */
  readonly requests: readonly SentRequest[];
  /**
   * Opens another tab over the same storage; after `app.close()`, that is a reload. Slices with `storage: "session"` are then those of the
   * closed tab (of several, of the one that was closed first), and empty otherwise. With other options it is another release of the
   * application: what the former one has stored is migrated.
   *
   * @example
   * ```ts
   * const second = tab();
   *
   * second.close();
   * const next = tab({ name: "shop", state: { cart: map({ version: 2, migrate: (qty: number) => ({ qty }) }) } });
   * ```
   */
  tab(): App<S>;
  tab<T extends object>(options: OpenOptions<T>): App<T>;
  /**
   * Waits until everything that needs no time to pass has been done: other tabs know what this one has changed.
   *
   * @example
   * ```ts
   * await settled();
   * ```
   */
  settled(): Promise<void>;
  /**
   * Closes all tabs.
   *
   * @example
   * ```ts
   * afterEach(() => browser.close());
   * ```
   */
  close(): void;
}

/**
 * Opens a client for a test: the same code as in a page, over a storage in memory, a clock that the test moves, and a network that
 * the test scripts. It runs wherever there is WebAssembly, touches nothing global, and shares nothing with other tests.
 *
 * There is no IndexedDB in it: refresh tokens are kept in memory.
 *
 * @example
 * ```ts
 * const { app, clock, requests } = openTest(
 *   {
 *     name: "shop",
 *     state: { cart: map<number>() },
 *     requests: [{ match: "POST /api/checkout", send: { cart: "body" }, consume: ["cart"] }],
 *   },
 *   { "POST /api/checkout": () => Response.json({ order: 1 }) },
 * );
 * app.state.cart.set("lamp", 2);
 * await app.fetch("/api/checkout", { method: "POST" });
 * expect(requests[0]?.body).toBe('{"cart":{"lamp":2}}');
 * expect(app.state.cart.size).toBe(0);
 * ```
 */
export function openTest<S extends object>(
  options: OpenOptions<S>,
  routes: Record<string, Route> = {},
  { origin = "https://app.test", stored = {} }: TestPage = {},
): TestBrowser<S> {
  const clock = new FakeClock();
  const requests: SentRequest[] = [];
  const answer = (request: Request): Promise<Response> => unlessAborted(request, async () => {
    const { origin: to, pathname, search } = new URL(request.url);
    const own = to === origin ? "" : to;
    const { method } = request;
    const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
    const body = await request.clone().text();
    request.signal.throwIfAborted();
    requests.push({ method, url: own + pathname + search, headers, body });
    const route = routes[`${method} ${own}${pathname}`];
    if (!route) throw new TypeError(`the test has no route "${method} ${own}${pathname}"`);
    return route(request);
  });
  const browser = new FakeBrowser(clock, origin, answer, new Map(Object.entries(stored)));
  const apps = new Set<{ close(): void }>();

  const openTab = <T extends object>(options: OpenOptions<T>): App<T> => {
    const page = new FakeTab(browser);
    const { Client, initSync } = bindings(page.global);
    initSync({ module: (compiled ??= new WebAssembly.Module(wasm())) });
    const closed = (): void => {
      page.close();
      apps.delete(app);
    };
    const app = internal.createClient(Client, options, undefined, closed, (key) => browser.stored.get(key) ?? null);
    apps.add(app);
    return app;
  };

  return {
    app: openTab(options),
    clock,
    routes,
    requests,
    tab: <T extends object>(other?: OpenOptions<T>) => (other ? openTab(other) : openTab(options)) as App<S & T>,
    settled: settle,
    close: () => apps.forEach((app) => app.close()),
  };
}

/** Where nothing holds a `Request`, Node lets it go, and its signal never tells. */
const underWay = new Set<Request>();

/** As `fetch`, rejects with the signal's reason as soon as that is aborted, whatever the answer is to be. */
function unlessAborted(request: Request, answer: () => Promise<Response>): Promise<Response> {
  const { signal } = request;
  underWay.add(request);
  const answered = new Promise<Response>((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason));
    answer().then(resolve, reject);
  });
  return answered.finally(() => underWay.delete(request));
}

let compiled: WebAssembly.Module | undefined;
