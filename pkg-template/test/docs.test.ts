// Compiles every example of the documentation, against the published package.
import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { transformSync } from "esbuild";
import { published } from "./published.js";

const root = new URL("../../", import.meta.url);
const place = new URL("../../docs-test/", published);
const docs = new URL("../docs/", root);

const pages = [
  ["README.md", new URL("README.md", root)] as const,
  ["front.md", new URL("../README.md", root)] as const,
  ...readdirSync(docs)
    .filter((name) => name.endsWith(".md"))
    .map((name) => [`docs-${name}`, new URL(name, docs)] as const),
];

/** Examples that show what another library did: JavaScript, in which nothing has a type. */
const isOthers = (code: string): boolean => /from "(zustand|redux-persist|axios|ky|express|hono|keycloak-js|@auth0\/auth0-spa-js|@tanstack\/react-query)/.test(code);

/** What an example without imports of its own uses. */
const IMPORTS = 'import { HoldallError, map, object, open, set } from "holdall";\nimport * as z from "zod";\n';

/** What the comments of an entry speak of. */
const OF_ENTRIES: Record<string, string> = {
  react: "HoldallProvider, useApp, useEntry, useSession, useSlice",
  vue: "holdall, useApp, useEntry, useSession, useSlice",
  svelte: "entryStore, sessionStore, sliceStore",
  server: "honestCaches, readState",
  testing: "openTest",
};

if (existsSync(published)) {
  describe("the documentation", () => {
    test("has examples that compile", () => {
      rmSync(place, { recursive: true, force: true });
      mkdirSync(new URL("node_modules/", place), { recursive: true });
      symlinkSync(published, new URL("node_modules/holdall", place));
      for (const name of ["@types", "react", "react-dom", "vue", "@vue", "svelte", "zod", "csstype"]) {
        symlinkSync(new URL(`node_modules/${name}`, root), new URL(`node_modules/${name}`, place));
      }
      for (const name of ["docs.d.ts", "docs-others.d.ts"]) cpSync(new URL(`test/${name}`, root), new URL(name, place));
      let count = 0;
      for (const [name, url] of pages) {
        for (const [, kind, code = ""] of readFileSync(url, "utf8").matchAll(/^```(tsx?)\n([^]*?)^```/gm)) {
          const file = `${name.replace(".md", "")}-${count++}${isOthers(code) ? "-others" : ""}.${kind}`;
          writeFileSync(new URL(file, place), `${/^import /m.test(code) ? "" : IMPORTS}${code}\nexport {};\n`);
        }
      }
      for (const name of readdirSync(new URL("src/", root)).filter((name) => name.endsWith(".ts"))) {
        const source = readFileSync(new URL(`src/${name}`, root), "utf8");
        for (const [, kind, example = ""] of source.matchAll(/@example\n *\* ```(tsx?)\n([^]*?) \* ```/g)) {
          const code = example.replaceAll(/^ *\* ?/gm, "");
          // Some are a property of the options, a rule, or the end of a component.
          const whole = /^\w+: /.test(code) ? `({ ${code} });` : code.startsWith("{") ? `(${code});` : code;
          const inside = /^return /m.test(code) ? `export function Example() {\n${code}\n}` : whole;
          const entry = name.replace(".ts", "");
          const imports = /^import /m.test(code) ? "" : IMPORTS + (OF_ENTRIES[entry] ? `import { ${OF_ENTRIES[entry]} } from "holdall/${entry}";\n` : "");
          writeFileSync(new URL(`${entry}-${count++}.${kind}`, place), `${imports}${inside}\nexport {};\n`);
        }
      }
      assert.ok(count >= 50, `${count} examples`);
      const common = {
        target: "ES2022",
        module: "ESNext",
        moduleResolution: "bundler",
        lib: ["ES2022", "DOM", "DOM.Iterable", "ESNext.Disposable"],
        jsx: "react-jsx",
        noEmit: true,
        preserveSymlinks: true,
        types: [],
      };
      const configs = {
        ours: { compilerOptions: { ...common, strict: true }, include: ["*"], exclude: ["*-others.*", "node_modules"], files: ["docs-others.d.ts"] },
        others: { compilerOptions: { ...common, strict: false }, include: ["*-others.*", "*.d.ts"] },
      };
      for (const [name, config] of Object.entries(configs)) {
        writeFileSync(new URL(`tsconfig.${name}.json`, place), JSON.stringify(config));
        try {
          execFileSync("node_modules/.bin/tsc", ["-p", new URL(`tsconfig.${name}.json`, place).pathname], { cwd: root, encoding: "utf8" });
        } catch (error) {
          // Others' types are others' affair.
          const problems = `${(error as { stdout?: string }).stdout}`.split("\n").filter((line) => !/node_modules\/(?!holdall)/.test(line));
          assert.equal(problems.join("\n").trim(), "");
        }
      }
    });

    test("has examples of tests that pass", async () => {
      const [holdall, testing] = await Promise.all(["index.js", "testing.js"].map((name) => import(new URL(name, published).href)));
      const tests: Promise<void>[] = [];
      const known = {
        ...holdall,
        ...testing,
        test: (_name: string, body: () => Promise<void>) => tests.push(body()),
        expect: (value: unknown) => ({ toBe: (other: unknown) => assert.equal(value, other) }),
      };
      for (const [, code = ""] of readFileSync(new URL("testing.md", docs), "utf8").matchAll(/^```ts\n([^]*?)^```/gm)) {
        const { code: javascript } = transformSync(code.replaceAll(/^import .*$/gm, ""), { loader: "ts" });
        new Function(...Object.keys(known), javascript)(...Object.values(known));
      }
      assert.equal((await Promise.all(tests)).length, 3);
    });

    test("has examples that send and show what they say", async () => {
      const [{ HoldallError, map }, { openTest }] = await Promise.all(["index.js", "testing.js"].map((name) => import(new URL(name, published).href)));
      const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => (...values: unknown[]) => Promise<void>;
      const run = async (page: string, part: RegExp, known: object): Promise<void> => {
        const codes = [...readFileSync(new URL(page, docs), "utf8").matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = ""]) => code);
        const code = codes.find((code) => part.test(code)) ?? "";
        await new AsyncFunction(...Object.keys(known), transformSync(code.replaceAll(/^import .*$/gm, ""), { loader: "ts" }).code)(...Object.values(known));
      };

      const state = { cart: map({ initial: { "sku-1": { price: 4900, qty: 1 } } }) };
      const auth = { refresh: "/auth/refresh", signOut: "/auth/sign-out" };
      const { app, requests } = openTest({ name: "shop", state, auth }, { "POST /api/checkout": () => Response.json({ order: 1 }) });
      app.session.signIn({ access_token: "t", token_type: "Bearer" });
      const open = (options: { requests: unknown }) => (app.rules(options.requests), app);
      const orders: unknown[] = [];
      await run("checkout.md", /consume/, { HoldallError, map, open, showOrder: (order: unknown) => orders.push(order) });
      assert.deepEqual(orders, [{ order: 1 }]);
      assert.deepEqual(JSON.parse(requests[0].body), { note: "Ring twice", cart: { "sku-1": { price: 4900, qty: 1 } } });

      const totals: number[] = [];
      app.state.cart.set("sku-1", { price: 4900, qty: 1 });
      await run("cart.md", /drawTotal/, { app, drawLine() {}, drawTotal: (total: number) => totals.push(total) });
      app.state.cart.patch("sku-1", { qty: 2 });
      assert.deepEqual(totals, [9800]);
      app.close();
    });

    test("gives JSON its type", () => {
      for (const [name, url] of pages) {
        for (const [call] of readFileSync(url, "utf8").matchAll(/fetch\([^;]*?JSON\.stringify[^;]*;/g)) assert.match(call, /"content-type": "application\/json"/, name);
      }
    });

    test("explains every error", () => {
      const codes = [...readFileSync(new URL("src/error.ts", root), "utf8").matchAll(/^  \| "([a-z-]+)"/gm)].map(([, code]) => code);
      const table = readFileSync(new URL("README.md", root), "utf8").split("\n## Errors\n")[1]?.split("\n## ")[0] ?? "";
      assert.ok(codes.length >= 29);
      for (const code of codes) assert.ok(table.includes(`\`${code}\``), `${code} is in the README's table of errors`);
    });

    test("links to what is there", () => {
      for (const [name, url] of pages) {
        // The package's README is published alone.
        for (const [, target = ""] of readFileSync(url, "utf8").matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
          assert.ok(name !== "README.md" && existsSync(new URL(target, url)), `${name}: ${target}`);
        }
      }
    });
  });
}
