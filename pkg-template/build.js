// Bundles the facade into one small module, for pages without a bundler: dist/index.js, which loads dist/holdall.js.
// wasm-bindgen's module is made smaller too, if it is there already. The adapters and dist/server.js stand alone; dist/inline.js has the
// WebAssembly module in it, and dist/testing.js is over that.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

const common = { bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.js",
  external: ["./holdall.js"],
  sourcemap: "external",
});
await shrink("index.js", { content: readFileSync("dist/index.js.map", "utf8"), url: "index.js.map" });
for (const name of ["server", "react", "vue", "svelte"]) {
  await build({ ...common, entryPoints: [`src/${name}.ts`], outfile: `dist/${name}.js`, external: ["react", "vue"] });
}

if (existsSync("dist/holdall.js")) {
  // First, while all names are there: the bindings as a function of the global object, for tests.
  const { outputFiles } = await build({
    ...common,
    entryPoints: ["dist/holdall.js"],
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
  await build({ ...common, entryPoints: ["dist/holdall.js"], outfile: "dist/holdall.js", allowOverwrite: true });
  await shrink("holdall.js");
  const define = { WASM_HEX: JSON.stringify(readFileSync("dist/holdall_bg.wasm", "hex")) };
  const external = ["./index.js", "./inline.js", "./holdall.js", "./bindings.js"];
  for (const name of ["inline", "testing"]) {
    await build({ ...common, entryPoints: [`src/${name}.ts`], outfile: `dist/${name}.js`, external, define });
  }
}

/** Once more, by a compressor that knows more than a bundler's: 0.3 kB of brotli in all. No function here is a constructor, but for classes. */
async function shrink(name, sourceMap) {
  const file = `dist/${name}`;
  const options = { module: true, ecma: 2022, compress: { passes: 2, unsafe_arrows: true, unsafe_methods: true }, ...(sourceMap && { sourceMap }) };
  const { code, map } = await minify({ [name]: readFileSync(file, "utf8") }, options);
  writeFileSync(file, code);
  if (map) writeFileSync(`${file}.map`, map);
}
