// A server for pages without one of their own: their files, and what they call. It reads the state as any server would.
import { createServer } from "node:http";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
const TOKEN = { access_token: "secret", token_type: "Bearer", expires_in: 60 };

/** Serves `page`, a directory of the project, under a policy if there is one. */
export async function serve(project, page, policy) {
  // A front end in Rust comes without the npm package.
  const installed = join(project, "node_modules/holdall/server.js");
  const module = existsSync(installed) ? installed : join(import.meta.dirname, "../../target/npm/holdall/server.js");
  const { readState } = await import(pathToFileURL(module));
  const answer = async (request, response) => {
    if (policy) response.setHeader("Content-Security-Policy", policy);
    const { pathname } = new URL(request.url, "http://localhost");
    const json = (value) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(value));
    if (/^\/auth\/(sign-in|refresh)$/.test(pathname)) return json(TOKEN);
    if (pathname === "/api/order") {
      const { cart } = await readState(request, { cart: { in: "body", required: true } });
      return json({ cart, token: request.headers.authorization });
    }
    const path = normalize(pathname === "/" ? "/index.html" : pathname);
    const file = await readFile(join(project, page, path)).catch(() => undefined);
    if (!file) return response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
    response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream").end(file);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(`${error.stack}`));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
