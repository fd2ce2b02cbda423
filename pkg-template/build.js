// Bundles the facade into one small module, for pages without a bundler: dist/index.js, which loads dist/holdall.js.
// wasm-bindgen's module is made smaller too, if it is there already. The adapters and dist/server.js stand alone; dist/inline.js has the
// WebAssembly module in it, and dist/testing.js is over that.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

/** What is used of wasm-bindgen's JavaScript: its own way to fetch the module is not. */
const BINDINGS = { contents: 'export { Client, initSync } from "./dist/holdall.js";', resolveDir: import.meta.dirname };
const common = { bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.js",
  external: ["./holdall.js"],
  sourcemap: "external",
});
await shrink("index.js", { sourceMap: { content: readFileSync("dist/index.js.map", "utf8"), url: "index.js.map" } });
for (const name of ["server", "react", "vue", "svelte"]) {
  await build({ ...common, entryPoints: [`src/${name}.ts`], outfile: `dist/${name}.js`, external: ["react", "vue"] });
}

if (existsSync("dist/holdall.js")) {
  // First, while all names are there: the bindings as a function of the global object, for tests.
  const { outputFiles } = await build({
    ...common,
    stdin: BINDINGS,
    format: "iife",
    globalName: "made",
    write: false,
    logOverride: { "empty-import-meta": "silent" },
  });
  const { text } = outputFiles[0];
  const globals = "window, self, Window, Storage, Request, Date, performance, fetch, localStorage, sessionStorage";
  writeFileSync(
    "dist/bindings.js",
    `export function bindings(globalThis) {\n  const { ${globals} } = globalThis;\n${text}  return made;\n}\n`,
  );
  await build({ ...common, stdin: BINDINGS, outfile: "dist/holdall.js", allowOverwrite: true });
  // It warns of other ways to start than ours, and offers one to free a client that we don't use.
  await shrink("holdall.js", { drop_console: true, global_defs: { "Symbol.dispose": undefined } });
  const define = { WASM_HEX: JSON.stringify(readFileSync("dist/holdall_bg.wasm", "hex")) };
  const external = ["./index.js", "./inline.js", "./holdall.js", "./bindings.js"];
  for (const name of ["inline", "testing"]) {
    await build({ ...common, entryPoints: [`src/${name}.ts`], outfile: `dist/${name}.js`, external, define });
  }
}

/** Once more, by a compressor that knows more than a bundler's: 0.3 kB of brotli in all. No function here is a constructor, but for classes. */
async function shrink(name, { sourceMap, ...own }) {
  const file = `dist/${name}`;
  const compress = { passes: 2, unsafe_arrows: true, unsafe_methods: true, ...own };
  const options = { module: true, ecma: 2022, compress, ...(sourceMap && { sourceMap }) };
  const { code, map } = await minify({ [name]: readFileSync(file, "utf8") }, options);
  writeFileSync(file, code);
  if (map) writeFileSync(`${file}.map`, map);
}
