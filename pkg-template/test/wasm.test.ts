import * as assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { compile, loadWasm } from "../src/wasm.js";

const URL_OF_MODULE = new URL("http://localhost/holdall/holdall_bg.wasm");
const original = globalThis.fetch;
const { compile: whole, compileStreaming: streaming } = WebAssembly;

function answer(response: () => Response | Promise<Response>): void {
  globalThis.fetch = async () => response();
}

const answerWith = (type: string, body: string | Uint8Array<ArrayBuffer>) =>
  answer(() => new Response(body, { headers: { "content-type": type } }));

/** A module that is empty. */
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const notLoaded = (part: RegExp) => (error: unknown) => {
  const { name, code, message } = error as Record<string, string>;
  assert.deepEqual([name, code], ["HoldallError", "wasm-not-loaded"]);
  assert.match(message ?? "", part);
  return true;
};

describe("loading wasm", () => {
  afterEach(() => {
    globalThis.fetch = original;
    WebAssembly.compile = whole;
    WebAssembly.compileStreaming = streaming;
  });

  test("says that the file is missing, that there is no network, that the CSP or the type is wrong", async () => {
    const never = () => assert.ok(false);

    answer(() => new Response("", { status: 404 }));
    await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/holdall_bg\.wasm.* 404/));
    answer(() => Promise.reject(new TypeError("Failed to fetch")));
    await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/can't be fetched/));

    answerWith("application/wasm", "");
    const refusals = [
      // Chromium, Firefox, WebKit
      "WebAssembly.compileStreaming(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source",
      "call to WebAssembly.compileStreaming() blocked by CSP",
      "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
    ];
    for (const text of refusals) {
      WebAssembly.compileStreaming = () => Promise.reject(new WebAssembly.CompileError(text));
      await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/'wasm-unsafe-eval'/));
    }
    WebAssembly.compileStreaming = streaming;
    await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/same release/));

    answerWith("text/html", "<!doctype html>");
    await assert.rejects(loadWasm(never, URL_OF_MODULE), notLoaded(/as text\/html/));
    const moved = new URL("/node_modules/.vite/deps/holdall_bg.wasm", URL_OF_MODULE);
    await assert.rejects(loadWasm(never, moved), notLoaded(/optimizeDeps: \{ exclude: \["holdall"\] \}/));

    await assert.rejects(loadWasm(never, new URL("./missing.wasm", import.meta.url)), notLoaded(/missing\.wasm can't be read/));
  });

  test("compiles what the server sends, whatever it calls it", async () => {
    for (const type of ["application/wasm", "application/octet-stream"]) {
      const response = new Response(empty, { headers: { "content-type": type } });
      assert.ok((await compile(response)) instanceof WebAssembly.Module);
    }
  });

  test("happens once, after failures too, and from a file under Node", async () => {
    const sources: unknown[] = [];
    const compiled = new WebAssembly.Module(empty);
    WebAssembly.compile = async (source: unknown) => {
      sources.push(source);
      return compiled;
    };
    const modules: unknown[] = [];
    const init = ({ module }: { module: unknown }) => modules.push(module);
    const here = new URL(import.meta.url);
    await Promise.all([loadWasm(init, here), loadWasm(init, here)]);
    await loadWasm(init, here);
    assert.deepEqual(modules, [compiled]);
    assert.ok(sources.length === 1 && sources[0] instanceof Uint8Array && sources[0].length > 0);
  });
});
