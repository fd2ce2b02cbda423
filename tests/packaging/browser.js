// As much of WebDriver (W3C) as the test needs.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { freePort } from "./serve.js";

const PATIENCE = 20_000;

export async function openBrowser(driver, capabilities) {
  const port = await freePort();
  const child = spawn(driver, [`--port=${port}`], { stdio: "ignore" });
  const wire = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
  await until(async () => (await wire("GET", "/status").catch(() => ({}))).ready, "chromedriver");

  const wanted = { ...JSON.parse(readFileSync(capabilities, "utf8")), "goog:loggingPrefs": { browser: "ALL" } };
  const { sessionId } = await wire("POST", "/session", { capabilities: { alwaysMatch: wanted } }).catch((error) => {
    child.kill();
    throw error;
  });
  const session = (method, path, body) => wire(method, `/session/${sessionId}${path}`, body);
  const run = (script, ...args) => session("POST", "/execute/sync", { script, args });

  return {
    go: (url) => session("POST", "/url", { url }),
    clearStorage: () => run("localStorage.clear()"),
    click: (selector) => until(() => run("return document.querySelector(arguments[0])?.click() ?? true", selector), selector),
    async type(selector, text) {
      const element = await session("POST", "/element", { using: "css selector", value: selector });
      await session("POST", `/element/${Object.values(element)[0]}/value`, { text });
    },
    async waitFor(selector, text) {
      let found;
      const read = () => run("return document.querySelector(arguments[0])?.textContent ?? null", selector);
      await until(async () => (found = await read()) === text, () => `${selector} is ${found}, not ${text}`);
    },
    run,
    /** What the page has complained about since the last call. */
    async errors() {
      const log = await session("POST", "/se/log", { type: "browser" });
      return log.filter(({ level }) => level === "SEVERE").map(({ message }) => message);
    },
    async close() {
      await session("DELETE", "").catch(() => {});
      child.kill();
    },
  };
}

async function until(done, what) {
  for (const start = Date.now(); Date.now() - start < PATIENCE; ) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`gave up: ${typeof what === "function" ? what() : what}`);
}
