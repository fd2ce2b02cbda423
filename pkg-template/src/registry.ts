import { createClient, creating, type App } from "./client.js";
import { HoldallError } from "./error.js";
import { configure, type OpenOptions } from "./options.js";
import { ServerClient } from "./server-client.js";
import type { ClientConstructor } from "./types.js";

/**
 * Makes an `open` that loads the client's class with `load`, and remembers what it has opened by name.
 *
 * @internal
 */
export function opener(load: () => Promise<ClientConstructor>) {
  const opened = new Map<string, { config: string; app: Promise<unknown> }>();

  function start<S extends object>(options: OpenOptions<S>): Promise<App<S>> {
    const config = configure(options);
    // A document is what tells a page from a server: Node, Deno, Bun and edge runtimes have none, and a server's clients must
    // not be shared, because they would be shared among users.
    if (typeof document === "undefined") return Promise.resolve(createClient(ServerClient, options, config));

    const { name } = options;
    const known = opened.get(name);
    if (known?.config === config) {
      // An equal configuration has the slices that `S` speaks of.
      return known.app as Promise<App<S>>;
    }
    if (known) {
      throw new HoldallError(
        "bad-config",
        `"${name}" is open with another configuration. Open it in one module and import it from there, or close it first.`,
      );
    }
    const forget = (): void => void opened.delete(name);
    const app = load().then((Client) => inTasks(creating(Client, options, config, forget)));
    // So that a later call can try again.
    app.catch(forget);
    opened.set(name, { config, app });
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
