// The build makes this of holdall.js: the same bindings over any global object.
import type { ClientConstructor } from "./types.js";

export function bindings(global: object): {
  readonly Client: ClientConstructor;
  initSync(options: { module: WebAssembly.Module }): unknown;
};
