import { HoldallError } from "./error.js";

/** wasm-bindgen's `initSync`. */
type Init = (options: { module: WebAssembly.Module }) => unknown;

const WASM = "application/wasm";

let loading: Promise<void> | undefined;

/** Loads the module once, however often it is called; after a failure it tries again. */
export function loadWasm(init: Init, url: URL): Promise<void> {
  loading ??= load(init, url).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(init: Init, url: URL): Promise<void> {
  if (!hasWasm()) throw refused();
  const source = readFile(url) ?? (await download(url));
  try {
    init({ module: await compile(source) });
  } catch (cause) {
    throw refused(cause, reason(source, url));
  }
}

/**
 * The error for an engine that doesn't take the module: as `reason` says, unless it takes none at all, or none in this page.
 *
 * @internal
 */
export function refused(cause?: unknown, reason = ""): HoldallError {
  const isPolicy = /unsafe-eval|content.security|\bCSP\b/i.test(`${cause}`);
  const message = isPolicy ? "The page's Content-Security-Policy refuses WebAssembly. Add 'wasm-unsafe-eval' to its script-src." : reason;
  return failure(hasWasm() ? message : "WebAssembly is switched off here, as by iOS' Lockdown Mode.", cause);
}

function hasWasm(): boolean {
  return typeof WebAssembly !== "undefined";
}

/** The file's bytes under Node, whose `fetch` doesn't know `file:`; `undefined` elsewhere. */
function readFile(url: URL): Uint8Array<ArrayBuffer> | undefined {
  // Asked for this way, and not imported, because bundlers for the browser refuse "node:fs".
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (id: "fs") => { readFileSync(path: URL): Uint8Array<ArrayBuffer> } };
  };
  if (url.protocol !== "file:" || !process?.getBuiltinModule) return undefined;
  try {
    return process.getBuiltinModule("fs").readFileSync(url);
  } catch (cause) {
    throw failure(`${url.href} can't be read. Put it beside holdall's JavaScript.`, cause);
  }
}

async function download(url: URL): Promise<Response> {
  let response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw failure(`${url.href} can't be fetched: no network, or the Content-Security-Policy's connect-src.`, cause);
  }
  if (!response.ok) {
    throw failure(`${url.href} was answered with ${response.status}. Serve it beside holdall's JavaScript.`);
  }
  return response;
}

/** While it arrives, if it is said to be what it is: browsers insist on that. */
export async function compile(source: Response | Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  if (!("headers" in source)) return WebAssembly.compile(source);
  return typeOf(source) === WASM ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
}

function reason(source: Response | Uint8Array, url: URL): string {
  const type = "headers" in source ? typeOf(source) : WASM;
  if (type === WASM) return `${url.href} can't be compiled. It must be of the same release as holdall's JavaScript.`;
  // Up to version 7, Vite's development server moves the code, and not the file.
  const cure = url.pathname.includes("/.vite/")
    ? 'In Vite\'s configuration, set optimizeDeps: { exclude: ["holdall"] }.'
    : "Serve the file, as application/wasm.";
  return `${url.href} was answered as ${type ?? "no type"}. ${cure}`;
}

function typeOf(response: Response): string | null {
  return response.headers.get("content-type");
}

function failure(message: string, cause?: unknown): HoldallError {
  return new HoldallError("wasm-not-loaded", message, { cause });
}
