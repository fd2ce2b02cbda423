// Bundles the facade into one small module, for pages without a bundler: dist/index.js, which loads dist/holdall.js.
// wasm-bindgen's module is made smaller too, if it is there already. dist/server.js stands alone.
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
await build({ ...common, entryPoints: ["src/server.ts"], outfile: "dist/server.js" });
await shrink("index.js", { content: readFileSync("dist/index.js.map", "utf8"), url: "index.js.map" });

if (existsSync("dist/holdall.js")) {
  await build({ ...common, entryPoints: ["dist/holdall.js"], outfile: "dist/holdall.js", allowOverwrite: true });
  await shrink("holdall.js");
}

/** Once more, by a compressor that knows more than a bundler's: 0.3 kB of brotli in all. */
async function shrink(name, sourceMap) {
  const file = `dist/${name}`;
  const options = { module: true, ecma: 2022, compress: { passes: 2 }, ...(sourceMap && { sourceMap }) };
  const { code, map } = await minify({ [name]: readFileSync(file, "utf8") }, options);
  writeFileSync(file, code);
  if (map) writeFileSync(`${file}.map`, map);
}
