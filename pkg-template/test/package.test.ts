// What is published, as the tools of others see it.
import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { published } from "./published.js";

const root = new URL("../../", import.meta.url);
const run = (tool: string, ...words: string[]): string => {
  try {
    return execFileSync("node_modules/.bin/" + tool, words, { cwd: root, encoding: "utf8" });
  } catch (error) {
    return assert.ok(false, `${(error as { stdout?: string }).stdout}`) as never;
  }
};

if (existsSync(published)) {
  describe("the published package", () => {
    test("is as publint wants it", () => {
      assert.match(run("publint", "--strict", published.pathname), /All good/);
    });

    test("has types that resolve in every way but CommonJS", () => {
      run("attw", "--pack", published.pathname, "--profile", "esm-only", "--exclude-entrypoints", "holdall_bg.wasm");
    });

    test("depends on no framework, and marks React's part as the page's", () => {
      const { dependencies, peerDependenciesMeta, sideEffects } = JSON.parse(readFileSync(new URL("package.json", published), "utf8"));
      assert.deepEqual([dependencies, sideEffects], [undefined, false]);
      const optional = { optional: true };
      assert.deepEqual(peerDependenciesMeta, { react: optional, svelte: optional, vue: optional });
      const read = (name: string) => readFileSync(new URL(name, published), "utf8");
      assert.match(read("react.js"), /^"use client"/);
      for (const name of ["index.js", "svelte.js", "server.js"]) assert.doesNotMatch(read(name), /from"(?!\.\/)/);
    });

    test("has a server's half that needs none of a page's types", () => {
      const seen = new Set<string>();
      const look = (file: URL): void => {
        if (seen.has(file.href)) return;
        seen.add(file.href);
        const text = readFileSync(file, "utf8");
        assert.doesNotMatch(text, /\bRequestInfo\b/, file.href);
        for (const [, next] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)) look(new URL(`${next}.d.ts`, file));
      };
      look(new URL("server.d.ts", published));
      assert.ok(seen.size > 3);
    });

    test("is as large as its README says", () => {
      const kilobytes = ["index.js", "holdall.js", "holdall_bg.wasm"]
        .map((name) => brotliCompressSync(readFileSync(new URL(name, published))).length / 1000)
        .reduce((sum, size) => sum + size);
      for (const readme of [new URL("README.md", root), new URL("../README.md", root)]) {
        const [, said] = /loads (\d+) kB \(brotli\)/.exec(readFileSync(readme, "utf8")) ?? [];
        assert.ok(Math.abs(Number(said) - kilobytes) < 1.5, `${readme.pathname} should say ${Math.round(kilobytes)} kB, and says ${said}`);
      }
    });
  });
}
