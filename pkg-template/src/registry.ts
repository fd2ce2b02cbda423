import { createClient, creating, type App } from "./client.js";
import { HoldallError } from "./error.js";
import { configure, type OpenOptions } from "./options.js";
import { ServerClient } from "./server-client.js";
import type { ClientConstructor } from "./types.js";

/** @internal */
export interface Entry {
  readonly config: string;
  readonly app: Promise<unknown>;
  /** The client, once it is there. */
  now?: unknown;
}

/** What a page has opened, by name. @internal */
export type Opened = Map<string, Entry>;

/**
 * What this page has opened, through whichever entry.
 *
 * @internal
 */
export const page: Opened = new Map();

/**
 * Makes an `open` that loads the client's class with `load`, and remembers what it has opened by name.
 *
 * @internal
 */
export function opener(load: () => Promise<ClientConstructor>, opened: Opened = new Map()) {
  function start<S extends object>(options: OpenOptions<S>): Promise<App<S>> {
    const config = configure(options);
    // A document is what tells a page from a server: Node, Deno, Bun and edge runtimes have none, and a server's clients must
    // not be shared, because they would be shared among users.
    if (typeof document === "undefined") return Promise.resolve(createClient(ServerClient, options, config));

    const { name } = options;
    const known = find(opened, name, config);
    // An equal configuration has the slices that `S` speaks of.
    if (known) return known.app as Promise<App<S>>;
    const forget = (): void => void opened.delete(name);
    const app = load().then((Client) => inTasks(creating(Client, options, config, forget)));
    const entry: Entry = { config, app };
    opened.set(name, entry);
    // After a failure a later call can try again.
    app.then((now) => (entry.now = now), forget);
    return app;
  }

  return <S extends object>(options: OpenOptions<S>): Promise<App<S>> => {
    try {
      return start(options);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

/**
 * Makes an `openSync`; `load` gives the client's class at once.
 *
 * @internal
 */
export function syncOpener(load: () => ClientConstructor, opened: Opened = new Map()) {
  return <S extends object>(options: OpenOptions<S>): App<S> => {
    const config = configure(options);
    if (typeof document === "undefined") return createClient(ServerClient, options, config);
    const { name } = options;
    const known = find(opened, name, config);
    if (!known) {
      const now = createClient(load(), options, config, () => void opened.delete(name));
      opened.set(name, { config, app: Promise.resolve(now), now });
      return now;
    }
    if (known.now) return known.now as App<S>;
    throw new HoldallError("bad-config", `"${name}" is being opened by open(): await that, or use openSync() alone.`);
  };
}

/** What is open under that name, which must have that configuration. */
function find(opened: Opened, name: string, config: string): Entry | undefined {
  const known = opened.get(name);
  if (!known || known.config === config) return known;
  throw new HoldallError(
    "bad-config",
    `"${name}" is open with another configuration. Open it in one module, and load the page again after changing that; or close it first.`,
  );
}

/** Takes all steps, each in a task of its own. */
async function inTasks<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTask();
  }
}

/** Not by a timer: after some of these browsers wait four milliseconds each time. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
