/// <reference lib="esnext.disposable" preserve="true" />
import { adopt, storedHere, type Stored } from "./adopt.js";
import { checker } from "./check.js";
import { Entries } from "./entries.js";
import { HoldallError, type HoldallErrorCode } from "./error.js";
import type { Events, SessionEvent } from "./events.js";
import { encode } from "./json.js";
import { Listeners, Notifier, uncaught } from "./notify.js";
import {
  configure,
  definitions,
  numbered,
  type OpenOptions,
  type RuleFunction,
  type Rules,
  type SourceAuth,
  type SourceRequest,
} from "./options.js";
import { createSession, type Session } from "./session.js";
import { ServerClient } from "./server-client.js";
import type { ClientConstructor, Unsubscribe, WasmClient } from "./types.js";

/** What {@link open} gives. `S` is the type of its `state`. All methods are bound. */
export interface App<S extends object> {
  /**
   * The slices.
   *
   * @example
   * ```ts
   * app.state.blocked.add("mallory");
   * ```
   */
  readonly state: Readonly<S>;
  /**
   * Who is signed in.
   *
   * @example
   * ```ts
   * if (app.session.status === "signed-in") greet(app.session.user);
   * ```
   */
  readonly session: Session;
  /**
   * Makes several changes one: one record, one notification, and all of it or nothing. If `change` throws, everything is as
   * it was, and the error is thrown on. Reads inside see the changes. It must be synchronous.
   *
   * @throws HoldallError `promise-in-transaction`, `nested-transaction`
   *
   * @example
   * ```ts
   * app.transaction(() => {
   *   app.state.saved.set(sku, line);
   *   app.state.cart.delete(sku);
   * });
   * ```
   */
  transaction<R>(change: (() => R) & NoPromise<R>): R;
  /**
   * `fetch`, with the token and the state that the rules name. It gives the browser's own `Response`, and throws the browser's
   * own `TypeError` and `AbortError`.
   *
   * @throws HoldallError `signed-out`, `refresh-failed`, `refresh-pending`, `session-changed`, `not-encodable`, `name-clash`, `body-not-mergeable`, `too-large`, `redirected`,
   * `nested-transaction`
   *
   * @example
   * ```ts
   * const messages = await (await app.fetch("/api/messages")).json();
   * ```
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /**
   * The request as `fetch` would send it, but without the token.
   *
   * @throws HoldallError as `fetch`
   *
   * @example
   * ```ts
   * const { url } = await app.prepare("/api/messages");
   * ```
   */
  prepare(input: RequestInfo | URL, init?: RequestInit): Promise<Request>;
  /**
   * Puts other rules in place of those that `open` was given, for requests from now on.
   *
   * @throws HoldallError `bad-rule`, `unknown-slice`, `not-encodable`; then nothing changes
   *
   * @example
   * ```ts
   * app.rules([{ match: "/api/*", token: true, send: { filters: "header" } }]);
   * ```
   */
  rules(requests: Rules<S>): void;
  /**
   * Puts `app.fetch` in place of `globalThis.fetch`, for libraries that call that, and gives a function that undoes it. It
   * doesn't reach XMLHttpRequest, EventSource, WebSocket, sendBeacon, navigation and workers.
   *
   * @example
   * ```ts
   * const undo = app.install();
   * ```
   */
  install(): () => void;
  /**
   * Calls `listener` at every event of that name.
   *
   * @example
   * ```ts
   * const off = app.on("request", ({ method, url, status }) => console.log(method, url, status));
   * ```
   */
  on<K extends keyof Events>(name: K, listener: (event: Events[K]) => void): Unsubscribe;
  /**
   * Everything that is stored under the client's name, as one JSON document, for support cases. It holds the user's data; of other
   * users' slices, nothing but the storage keys.
   *
   * @example
   * ```ts
   * await navigator.clipboard.writeText(app.export());
   * ```
   */
  export(): string;
  /**
   * Releases everything: listeners, timers, an installed `fetch`. What is stored stays.
   *
   * @example
   * ```ts
   * app.close();
   * ```
   */
  close(): void;
  /**
   * As `close`, for `using`.
   *
   * @example
   * ```ts
   * using scoped = await open({ name: "shop", state: { cart: map<number>() } });
   * ```
   */
  [Symbol.dispose](): void;
}

/** What a function that gives an `R` must also be to be a transaction's; no function is the text, which is for the error. */
type NoPromise<R> = [Extract<R, PromiseLike<unknown>>] extends [never] ? unknown : "a transaction can't be async";

/**
 * Builds the facade over a client's class, at once. `closed` is called once, at `close`.
 *
 * @internal
 */
export function createClient<S extends object>(...args: Parameters<typeof creating<S>>): App<S> {
  const steps = creating(...args);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * The same in steps, each of which is a task's worth.
 *
 * @internal
 */
export function* creating<S extends object>(
  Client: ClientConstructor,
  options: OpenOptions<S>,
  config: string = configure(options),
  closed: () => void = () => {},
  stored: Stored = storedHere,
): Generator<void, App<S>> {
  const notifier = new Notifier();
  const events = new Listeners<unknown>();
  const slices: Entries[] = [];
  const functions: RuleFunction[] = [];
  numbered(options.requests, functions);
  const event = (name: string, detail: object): void => {
    const tell = (): void => notifier.add(() => events.call(detail, [name]));
    // What is found in storage a task later, because whoever opens the client can't listen yet.
    if (/^re|^session/.test(name)) tell();
    else setTimeout(tell);
  };
  const report = (slice: string, key?: string): void =>
    event("corrupt", key === undefined ? { slice } : { slice, key });
  const defined = definitions(options.state).map(
    ([name, definition]) => [name, definition, checker(name, definition, report)] as const,
  );

  const client: WasmClient = new Client(config, {
    // The codes are the client's; the type lists those of this version.
    error: (code, message, cause) => new HoldallError(code as HoldallErrorCode, message, cause === undefined ? {} : { cause }),
    changed: (slice, keys, moved) => slices[slice]?.changed(keys, moved),
    event,
    hears: (name) => events.has(name),
    source: async (reason, signal) => {
      const response = await (options.auth as SourceAuth).source({ reason, signal } as SourceRequest);
      return response ? JSON.stringify(response) : undefined;
    },
    read: (slice, key, json, version) => defined[slice]?.[2](key, json, version),
    select: (index, slice) => {
      const [name = ""] = defined[slice] ?? [];
      const value = functions[index]?.((state[name] as { snapshot(): unknown }).snapshot() as never);
      return value === undefined ? undefined : encode(value, name);
    },
    accepts: async (index, response) => {
      const copy = response.clone();
      try {
        return !!(await functions[index]?.(copy as never));
      } catch (error) {
        uncaught(error);
        return false;
      } finally {
        // Left unread it would keep the answer, and its connection. It rejects while it is read; a polyfill may have none.
        copy.body?.cancel?.().catch(() => {});
      }
    },
  });
  while (client.loadSome()) yield;

  const state = Object.fromEntries(
    defined.map(([name, definition], index) => {
      const entries = new Entries(client, index, name, notifier, definition.options, config);
      slices.push(entries);
      return [name, definition.create(entries)];
    }),
  );
  defined.forEach(([name, definition, check], index) => adopt(client, index, name, definition, check, report, stored));

  const on: App<S>["on"] = (name, listener) => events.add(listener as (event: unknown) => void, name);

  const send: typeof fetch = (input, init) => client.fetch(input, init);

  let undo: (() => void) | undefined;
  const install = (): (() => void) => {
    if (undo) return undo;
    if (Client === ServerClient) throw new HoldallError("read-only", "install() is for pages: a server's fetch is everybody's.");
    const before = globalThis.fetch;
    let active = true;
    // Who has wrapped or kept this meanwhile gets the former one after the undoing.
    const installed: typeof fetch = (input, init) => (active ? send(input, init) : before(input, init));
    globalThis.fetch = installed;
    undo = () => {
      active = false;
      undo = undefined;
      if (globalThis.fetch === installed) globalThis.fetch = before;
    };
    return undo;
  };

  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    undo?.();
    events.clear();
    for (const entries of slices) entries.close();
    closed();
    client.close();
  };

  return {
    state: Object.freeze(state) as Readonly<S>,
    session: createSession(client, notifier, (listener) =>
      on("session", ({ status }: SessionEvent) => listener(status)),
    ),
    transaction: (change) =>
      notifier.run(() => {
        client.begin();
        for (const entries of slices) entries.begin();
        let result;
        try {
          result = change();
          if (typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function") {
            throw new HoldallError(
              "promise-in-transaction",
              "A transaction can't be async; it was rolled back. Await first, then change everything synchronously.",
            );
          }
        } catch (error) {
          client.rollback();
          for (const entries of slices) entries.rollback();
          throw error;
        }
        for (const entries of slices) entries.commit();
        client.commit();
        return result;
      }),
    fetch: send,
    prepare: (input, init) => client.prepare(input, init),
    rules: (requests) => client.setRules(numbered(requests, functions)),
    install,
    on,
    export: () => client.export(),
    close,
    [Symbol.dispose]: close,
  };
}
