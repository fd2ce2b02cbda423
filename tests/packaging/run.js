// Installs the packed package into fresh projects, builds each for production, and uses it in a browser.
//
//   node run.js <tarball> <directory for the projects> [project …]
//
// Front ends in Rust use the crate instead, and share one directory for what they compile.
//
// WASM_BINDGEN is wasm-bindgen in the crate's version, CHROMEDRIVER is a chromedriver, and CAPABILITIES a file of WebDriver capabilities for it.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { openBrowser } from "./browser.js";
import { freePort, serve } from "./serve.js";

const [tarball, target, ...wanted] = process.argv.slice(2);
const source = join(import.meta.dirname, "projects");
const inRust = join(import.meta.dirname, "rust");
const directories = (path) => readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Where a project's page is, once it is built; without this it has a server of its own. */
const PAGES = { "vite-react": "dist", "vite-vue": "dist", "vite-svelte": "dist", webpack: "dist", plain: ".", inline: "." };

/** Projects that are another one with other versions. */
const VARIANTS = { "vite-react-18": ["vite-react", "react@18", "react-dom@18", "@types/react@18", "@types/react-dom@18"] };

/** What the strictest of policies must allow. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'";

const browser = await openBrowser(process.env.CHROMEDRIVER, process.env.CAPABILITIES);
let failed = 0;
try {
  for (const name of wanted.length > 0 ? wanted : [...directories(source), ...Object.keys(VARIANTS), ...directories(inRust)]) {
    const started = Date.now();
    try {
      await check(name);
      console.log(`ok ${name}, ${Math.round((Date.now() - started) / 1000)} s`);
    } catch (error) {
      failed++;
      const said = await browser.errors().catch(() => []);
      console.log(`not ok ${name}\n${error.stack}\n${said.join("\n")}`);
    }
  }
} finally {
  await browser.close();
}
console.log(`packaging: ${failed === 0 ? "all passed" : `${failed} failed`}`);
process.exitCode = failed === 0 ? 0 : 1;

async function check(name) {
  const directory = resolve(target, name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  if (directories(inRust).includes(name)) return checkRust(name, directory);
  const [project, ...versions] = VARIANTS[name] ?? [name];
  cpSync(join(source, project), directory, { recursive: true });
  run(directory, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", resolve(tarball), ...versions);
  run(directory, "npm", "run", "--if-present", "build");
  if (name === "webpack") cpSync(join(directory, "public"), join(directory, "dist"), { recursive: true });

  const page = PAGES[project];
  const server = page ? await serve(directory, page, page === "." ? POLICY : undefined) : await start(directory);
  try {
    await use(server.origin);
    if (project === "vite-react") await type(server.origin);
  } finally {
    // A page that goes on would miss its server, and say so in the next one's log.
    await browser.go("about:blank");
    server.close();
  }
}

/** Types into the middle of an input that is bound to a slice: the caret stays where it is, and so does the text after a reload. */
async function type(origin) {
  const left = "\uE012";
  await browser.type("#note", `lp${left}am${left}${left}-`);
  const caret = () => browser.run("const note = document.querySelector('#note'); return [note.value, note.selectionStart].join()");
  const after = await caret();
  if (after !== "l-amp,2") throw new Error(`the input and its caret are ${after}`);
  await browser.go(origin);
  await browser.waitFor("#qty", "2");
  const reloaded = await browser.run("return document.querySelector('#note').value");
  if (reloaded !== "l-amp") throw new Error(`the input is ${reloaded} after a reload`);
}

/** Builds a front end in Rust. */
async function checkRust(name, directory) {
  const project = join(inRust, name);
  const shared = resolve(target, "rust");
  const wasm = join(shared, "wasm32-unknown-unknown/release", `shop-in-${name}.wasm`);
  const words = ["build", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", shared];
  runQuietly(project, "cargo", ...words);
  runQuietly(directory, process.env.WASM_BINDGEN, "--target", "web", "--no-typescript", "--out-name", "shop", "--out-dir", directory, wasm);
  cpSync(join(inRust, "index.html"), join(directory, "index.html"));
  const server = await serve(directory, ".");
  try {
    await use(server.origin);
  } finally {
    // A page that goes on would miss its server, and say so in the next one's log.
    await browser.go("about:blank");
    server.close();
  }
}

/** Fills the cart, reloads, and orders what is in it. */
async function use(origin) {
  await browser.go(origin);
  await browser.clearStorage();
  await browser.go(origin);
  await browser.waitFor("#qty", "0");
  // A server's HTML says that it doesn't know: then the page hasn't taken over yet.
  await browser.waitFor("#status", "signed-out");
  await browser.click("#add");
  await browser.click("#add");
  await browser.waitFor("#qty", "2");
  await browser.click("#sign-in");
  await browser.waitFor("#status", "signed-in");
  await browser.go(origin);
  await browser.waitFor("#qty", "2");
  await browser.waitFor("#status", "signed-in");
  await browser.click("#send");
  await browser.waitFor("#answer", '{"cart":{"lamp":{"qty":2}},"token":"Bearer secret"}');
  const errors = await browser.errors();
  if (errors.length > 0) throw new Error(`the console says:\n${errors.join("\n")}`);
}

/** Starts a project's own server. */
async function start(directory) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  // Not through npm, which doesn't end what it has started.
  const [program, ...words] = JSON.parse(runQuietly(directory, "npm", "pkg", "get", "scripts.start")).split(" ");
  const command = program === "node" ? [process.execPath] : [process.execPath, join(directory, "node_modules/.bin", program)];
  const child = spawn(command[0], [...command.slice(1), ...words], {
    cwd: directory,
    env: { ...process.env, PORT: `${port}`, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((_, reject) => child.once("exit", (code) => reject(new Error(`the server ended with ${code}`))));
  ended.catch(() => {});
  const answers = (async () => {
    for (;;) {
      if (await fetch(origin).then(({ ok }) => ok, () => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await Promise.race([answers, ended, new Promise((_, reject) => setTimeout(reject, 60_000, new Error("no answer")).unref())]);
  return { origin, close: () => child.kill() };
}

function run(directory, ...command) {
  runQuietly(directory, ...command);
}

function runQuietly(directory, program, ...words) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: directory, encoding: "utf8", env, timeout: 1_800_000 });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${status}\n${stdout}\n${stderr}`);
  return stdout;
}
