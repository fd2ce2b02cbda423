import { Client, initSync } from "./holdall.js";
import type { App } from "./client.js";
import type { OpenOptions } from "./options.js";
import { opener, page } from "./registry.js";
import { loadWasm } from "./wasm.js";

const openWith = opener(async () => {
  await loadWasm(initSync, new URL("./holdall_bg.wasm", import.meta.url));
  return Client;
}, page);

/**
 * Opens the client: its state, its session and its `fetch`. Resolves when the stored state is loaded, and never waits for
 * the network.
 *
 * The same name and an equal configuration give the same client, however often a page opens it; the same name with another
 * configuration is `bad-config`. Where there is no document (a server, a worker) every call gives a client of its own that
 * holds the initial state; its writes throw `read-only`.
 *
 * @throws HoldallError `bad-config`, `bad-rule`, `unknown-slice`, `not-encodable`, `wasm-not-loaded`, `insecure-context`
 *
 * @example
 * ```ts
 * interface Line { title: string; price: number; qty: number }
 *
 * const app = await open({
 *   name: "shop",
 *   state: {
 *     cart: map<Line>(),
 *     filters: object<{ inStock: boolean }>({ initial: { inStock: true } }),
 *     blocked: set<string>({ storage: "session" }),
 *   },
 *   auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
 *   requests: [
 *     { match: "/api/*", token: true },
 *     { match: "GET /api/messages", send: { blocked: "query", filters: "query" } },
 *     { match: "POST /api/checkout", token: "required", send: { cart: "body" }, consume: ["cart"] },
 *   ],
 * });
 * ```
 */
export function open<S extends object>(options: OpenOptions<S>): Promise<App<S>> {
  return openWith(options);
}
