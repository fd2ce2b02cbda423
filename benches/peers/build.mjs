// Bundles each contender, and each stack of two, for production: node build.mjs <holdall's package> <esbuild> <where to>
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [holdall, esbuild, out] = process.argv.slice(2);
const { build } = createRequire(import.meta.url)(esbuild);
const here = import.meta.dirname;

/** State and session by the peers, as one would combine them. */
const STACKS = ["zustand ky", "redux axios", "nanostores ky", "tanstack ky", "tinybase ky", "zustand auth0", "zustand oidc"];
const EXTRA = { redux: ["redux-persist"], axios: ["axios-auth-refresh"], nanostores: ["nanostores"] };
const PACKAGES = {
  zustand: "zustand", redux: "@reduxjs/toolkit", nanostores: "@nanostores/persistent", tanstack: "@tanstack/db",
  tinybase: "tinybase", ky: "ky", axios: "axios", auth0: "@auth0/auth0-spa-js", oidc: "oidc-client-ts",
};

const options = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: { holdall: join(holdall, "index.js") },
  logLevel: "error",
};

rmSync(out, { recursive: true, force: true });
for (const kind of ["state", "auth"]) {
  const entryPoints = readdirSync(join(here, "src", kind)).map((name) => join(here, "src", kind, name));
  await build({ ...options, entryPoints, outdir: join(out, kind) });
  for (const module of modules()) cpSync(join(holdall, module), join(out, kind, module));
}

const inline = { ...options, alias: { holdall: join(holdall, "inline.js") } };
await build({ ...inline, entryPoints: [join(here, "src", "state", "holdall.js")], outfile: join(out, "state", "inline.js") });

for (const stack of STACKS) {
  const [state, auth] = stack.split(" ");
  const contents = `export { open } from "./state/${state}.js"; export { open as openSession } from "./auth/${auth}.js";`;
  const stdin = { contents, resolveDir: join(here, "src") };
  await build({ ...options, stdin, outfile: join(out, "stacks", `${state}-${auth}.js`) });
}

/** The WebAssembly modules of the default entry, which lie beside its code. */
function modules() {
  return readdirSync(holdall).filter((name) => name.endsWith(".wasm"));
}

async function bundled(contents, using = options) {
  const stdin = { contents, resolveDir: join(here, "src") };
  const { outputFiles } = await build({ ...using, stdin, write: false });
  return outputFiles[0].contents;
}

function sized(name, raw) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  return { name, raw: raw.length, brotli: brotliCompressSync(raw, { params }).length };
}

const entry = 'export { map, object, open, set } from "holdall";';
const sizes = [
  {
    stack: "holdall",
    files: [
      sized("index.js and the bindings", await bundled(entry)),
      ...modules().map((name) => sized(name, readFileSync(join(holdall, name)))),
    ],
  },
  { stack: "inline", files: [sized("bundle", await bundled(entry, inline))] },
];
for (const stack of STACKS) {
  const [state, auth] = stack.split(" ");
  sizes.push({ stack, files: [sized("bundle", readFileSync(join(out, "stacks", `${state}-${auth}.js`)))] });
}
for (const part of ["state/zustand", "state/redux", "state/nanostores", "state/tanstack", "state/tinybase", "auth/ky", "auth/axios", "auth/auth0", "auth/oidc"]) {
  sizes.push({ part, files: [sized("bundle", await bundled(`export { open } from "./${part}.js";`))] });
}

const version = (name) => JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;
const versions = {};
for (const [peer, name] of Object.entries(PACKAGES)) {
  for (const each of [name, ...(EXTRA[peer] ?? [])]) versions[each] = version(each);
}
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "sizes.json"), JSON.stringify({ sizes, versions }));
