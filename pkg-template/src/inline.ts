import { wasm } from "./embedded.js";
import { Client, initSync } from "./holdall.js";
import { internal, type App, type OpenOptions } from "./index.js";

export * from "./index.js";
/** @internal */
export { wasm };

const start = (module: WebAssembly.Module | Uint8Array<ArrayBuffer>): typeof Client => {
  initSync({ module });
  return Client;
};

const refuse = (cause: unknown): never => {
  throw internal.refused(cause, "The module in holdall/inline can't be compiled. holdall's files must be of the same release.");
};

const openLater = internal.opener(async () => {
  try {
    return start(await WebAssembly.compile(wasm()));
  } catch (cause) {
    return refuse(cause);
  }
}, internal.page);

const openNow = internal.syncOpener(() => {
  try {
    return start(wasm());
  } catch (cause) {
    return refuse(cause);
  }
}, internal.page);

/**
 * As `open` of `holdall`, without a file to fetch: the WebAssembly module is part of this entry.
 *
 * @throws HoldallError as `open` of `holdall`
 *
 * @example
 * ```ts
 * import { map, open } from "holdall/inline";
 *
 * const app = await open({ name: "shop", state: { cart: map<number>() } });
 * ```
 */
export function open<S extends object>(options: OpenOptions<S>): Promise<App<S>> {
  return openLater(options);
}

/**
 * Opens the client at once, and gives it. Compiling and reading what is stored block the page for some milliseconds: use `open`
 * where you can wait.
 *
 * @throws HoldallError as `open`; `bad-config` also if `open` is opening the same client just now
 *
 * @example
 * ```ts
 * import { map, openSync } from "holdall/inline";
 *
 * export const app = openSync({ name: "shop", state: { cart: map<number>() } });
 * ```
 */
export function openSync<S extends object>(options: OpenOptions<S>): App<S> {
  return openNow(options);
}
