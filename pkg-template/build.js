// Bundles the facade into one small module, for pages without a bundler: dist/index.js, which loads dist/holdall.js.
// wasm-bindgen's module is made smaller too, if it is there already.
import { existsSync } from "node:fs";
import { build } from "esbuild";

const common = { bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "warning" };

await build({
  ...common,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.js",
  external: ["./holdall.js"],
  sourcemap: true,
});

if (existsSync("dist/holdall.js")) {
  await build({ ...common, entryPoints: ["dist/holdall.js"], outfile: "dist/holdall.js", allowOverwrite: true });
}
