// What wasm-bindgen writes beside the compiled modules, as far as they use it.
import type { Host, WasmClient } from "./types.js";

/** Instantiates the module; once. */
export function initSync(options: { module: Uint8Array | WebAssembly.Module }): unknown;

export const Client: new (config: string, host: Host) => WasmClient;
