import * as assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { loadWasm } from "../src/wasm.js";

const URL_OF_MODULE = new URL("http://localhost/holdall/holdall_bg.wasm");
const original = globalThis.fetch;

function answer(response: () => Response | Promise<Response>): void {
  globalThis.fetch = async () => response();
}

const wasm = (): Response => new Response("", { headers: { "content-type": "application/wasm" } });

const notLoaded = (part: RegExp) => (error: unknown) => {
  const { name, code, message } = error as Record<string, string>;
  assert.deepEqual([name, code], ["HoldallError", "wasm-not-loaded"]);
  assert.match(message ?? "", part);
  return true;
};

describe("loading wasm", () => {
  afterEach(() => {
    globalThis.fetch = original;
  });

  test("says that the file is missing, that there is no network, that the CSP or the type is wrong", async () => {
    const fails = (text: string) => async () => {
      throw new WebAssembly.CompileError(text);
    };
    const never = async () => assert.ok(false);

    answer(() => new Response("", { status: 404 }));
    await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/holdall_bg\.wasm.* 404/));
    answer(() => Promise.reject(new TypeError("Failed to fetch")));
    await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/can't be fetched/));

    answer(wasm);
    const refusals = [
      // Chromium, Firefox, WebKit
      "WebAssembly.instantiateStreaming(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source",
      "call to WebAssembly.instantiateStreaming() blocked by CSP",
      "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
    ];
    for (const text of refusals) await assert.rejects(loadWasm(fails(text), URL_OF_MODULE), notLoaded(/'wasm-unsafe-eval'/));
    await assert.rejects(loadWasm(fails("bad section"), URL_OF_MODULE), notLoaded(/same release/));

    answer(() => new Response("<!doctype html>", { headers: { "content-type": "text/html" } }));
    await assert.rejects(loadWasm(fails("expected magic word"), URL_OF_MODULE), notLoaded(/as text\/html/));
    const moved = new URL("/node_modules/.vite/deps/holdall_bg.wasm", URL_OF_MODULE);
    await assert.rejects(loadWasm(fails("expected magic word"), moved), notLoaded(/optimizeDeps: \{ exclude: \["holdall"\] \}/));

    await assert.rejects(loadWasm(never, new URL("./missing.wasm", import.meta.url)), notLoaded(/missing\.wasm can't be read/));
  });

  test("happens once, after failures too, and from a file under Node", async () => {
    globalThis.fetch = original;
    const sources: unknown[] = [];
    const init = async ({ module_or_path }: { module_or_path: unknown }) => void sources.push(module_or_path);
    const here = new URL(import.meta.url);
    await Promise.all([loadWasm(init, here), loadWasm(init, here)]);
    await loadWasm(init, here);
    assert.equal(sources.length, 1);
    assert.ok(sources[0] instanceof Uint8Array && sources[0].length > 0);
  });
});
