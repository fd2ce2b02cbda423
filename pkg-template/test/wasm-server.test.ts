// What the built module puts on a request, `readState` takes out of it, over HTTP.
import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "qs";
import { map } from "../src/map.js";
import { object } from "../src/object.js";
import { readState, type Shapes } from "../src/server.js";
import { set } from "../src/set.js";
import type { Json } from "../src/types.js";
import { uniqueName } from "./again.js";
import { pretendToBeAPage } from "./page.js";
import { serve } from "./serve.js";

const dist = new URL("../../dist/", import.meta.url);

const CHARACTERS = [..."aZ0 +&=%#?\"'\\/:,\n\r\0\x7f\x80é€\u2028\ufeff\ufffd\uffff😀\u{10000}\u{10ffff}[]"];
const NUMBERS = [0, -1, 0.1, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53) + 1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE];

interface Filters {
  "b é&"?: number;
  on?: boolean;
  tags?: string[];
}

/** State that looks random, the same in every run. */
class Generator {
  #seed = 3;
  below(end: number): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * end);
  }
  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  text(): string {
    if (this.below(8) === 0) return this.one(["__proto__", "constructor", "length"]);
    return Array.from({ length: this.below(6) }, () => this.one(CHARACTERS)).join("");
  }
  any(levels: number): Json {
    switch (this.below(levels ? 6 : 4)) {
      case 0:
        return null;
      case 1:
        return this.below(2) === 0;
      case 2:
        return this.one(NUMBERS);
      case 3:
        return this.text();
      case 4:
        return Array.from({ length: this.below(4) }, () => this.any(levels - 1));
      default:
        return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.text(), this.any(levels - 1)]));
    }
  }
}

/** Where each slice travels, by path: the client's rule and the server's shape. */
const WAYS: Record<string, { send: Record<string, unknown>; shapes: Shapes }> = {
  "/form": {
    send: { blocked: "query", filters: "query" },
    shapes: {
      blocked: { in: "query", of: "string" },
      filters: { in: "query", fields: { "b é&": "number", on: "boolean", tags: ["string"] } },
    },
  },
  "/deep": { send: { ratings: { in: "query", style: "deepObject" } }, shapes: { ratings: { in: "query", style: "deepObject", of: "number" } } },
  "/json": { send: { any: { in: "query", style: "json", as: "a b" } }, shapes: { any: { in: "query", style: "json", as: "a b" } } },
  "/header": { send: { any: "header", blocked: "header" }, shapes: { any: { in: "header" }, blocked: { in: "header" } } },
  "/body": { send: { any: "body", blocked: "body" }, shapes: { any: { in: "body" }, blocked: { in: "body" } } },
};

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  pretendToBeAPage();
  const { open } = (await import(new URL("index.js", dist).href)) as typeof import("../src/index.js");

  const openFor = async (origin: string) =>
    open({
      name: uniqueName(),
      state: { any: map<Json>(), ratings: map<number>(), blocked: set<string>(), filters: object<Filters>({ initial: {} }) },
      requests: Object.entries(WAYS).map(([path, { send }]) => ({ match: `${origin}${path}`, send })) as never,
    });
  const limits = { bytes: 10_000_000, depth: 128, entries: 100_000 };

  describe("wasm: what it sends over HTTP", () => {
    test("is read as it was, for generated state, in every style", async () => {
      const answer = async (request: { url: string }): Promise<unknown> => {
        const shapes = WAYS[request.url.replace(/\?.*/, "")]?.shapes ?? {};
        return readState(request as never, shapes, limits);
      };
      await serve(answer, async (origin) => {
        const app = await openFor(origin);
        const { any, ratings, blocked, filters } = app.state;
        const generator = new Generator();
        const send = async (path: string, body?: BodyInit): Promise<Record<string, unknown>> => {
          const response = await app.fetch(`${origin}${path}`, { method: "POST", ...(body ? { body } : {}) });
          assert.equal(response.status, 200);
          return (await response.json()) as Record<string, unknown>;
        };
        for (let round = 0; round < 60; round++) {
          app.transaction(() => {
            for (const slice of [any, ratings, blocked, filters]) slice.clear();
            for (let n = generator.below(4); n > 0; n--) {
              any.set(generator.text(), generator.any(4));
              ratings.set(generator.text().replace(/[[\]]/g, "-"), generator.one(NUMBERS));
              blocked.add(generator.text());
              filters.patch({ "b é&": generator.one(NUMBERS), on: generator.below(2) === 0, tags: [generator.text()] });
            }
          });
          const whole: Record<string, unknown> = {
            any: any.size ? Object.fromEntries(any) : undefined,
            ratings: ratings.size ? Object.fromEntries(ratings) : undefined,
            blocked: blocked.size ? [...blocked].sort() : undefined,
            filters: Object.keys(filters.get()).length ? filters.get() : undefined,
          };
          for (const [path, { shapes }] of Object.entries(WAYS)) {
            const found = await send(path);
            if (found["blocked"]) found["blocked"] = (found["blocked"] as string[]).sort();
            const sent = Object.keys(shapes).filter((slice) => whole[slice] !== undefined);
            assert.deepEqual(found, Object.fromEntries(sent.map((slice) => [slice, whole[slice]])), path);
          }
          for (const form of [new FormData(), new URLSearchParams()]) {
            form.append("own", generator.text());
            assert.deepEqual((await send("/body", form))["any"], whole["any"]);
          }
        }
        app.close();
      });
    });

    test("is read by qs as it was", async () => {
      const app = await openFor("https://api.example");
      const generator = new Generator();
      for (let round = 0; round < 200; round++) {
        app.transaction(() => {
          app.state.blocked.clear();
          app.state.ratings.clear();
          for (let n = generator.below(6); n > 0; n--) {
            app.state.blocked.add(generator.text());
            // qs has a meaning of its own for brackets, and leaves names of its objects out.
            app.state.ratings.set(generator.text().replace(/[[\]]|__proto__/g, "-") || "empty", generator.one(NUMBERS));
          }
        });
        const query = async (path: string): Promise<Record<string, unknown>> => {
          const { url } = await app.prepare(`https://api.example${path}`, { method: "POST" });
          return parse(new URL(url).search.slice(1), { plainObjects: true, allowPrototypes: true }) as Record<string, unknown>;
        };
        const { blocked = [] } = await query("/form");
        assert.deepEqual([blocked].flat().sort(), [...app.state.blocked].sort());
        const { ratings = {} } = await query("/deep");
        assert.deepEqual(Object.entries(ratings as object).sort(), [...app.state.ratings].map(([key, n]) => [key, `${n}`]).sort());
      }
      app.close();
    });

    test("is read as it was when it is large, or deep", async () => {
      const answer = async (request: { url: string }): Promise<unknown> => readState(request as never, WAYS["/body"]?.shapes ?? {}, limits);
      await serve(answer, async (origin) => {
        const app = await openFor(origin);
        let deep: Json = 1;
        for (let level = 0; level < 98; level++) deep = level % 2 ? [deep] : { ["__proto__"]: deep };
        // All of Unicode, 4 MB of it; half a surrogate pair is no text.
        const text = Array.from({ length: 0x110000 }, (_, code) => (code >> 11 === 0x1b ? "" : String.fromCodePoint(code))).join("");
        app.transaction(() => {
          app.state.any.set("deep", deep);
          app.state.any.set("text", text);
        });
        const response = await app.fetch(`${origin}/body`, { method: "POST" });
        assert.deepEqual(await response.json(), { any: { deep, text } });
        app.close();
      });
    });

    test("has equal bytes for equal state, whatever the order of its making", async () => {
      const app = await openFor("https://api.example");
      const generator = new Generator();
      const prepared = async (): Promise<unknown[]> => {
        const of = async (path: string): Promise<unknown[]> => {
          const request = await app.prepare(`https://api.example${path}`, { method: "POST" });
          return [request.url, request.headers.get("Holdall-State"), await request.text()];
        };
        return Promise.all(Object.keys(WAYS).map(of));
      };
      for (let round = 0; round < 20; round++) {
        const lines = new Map(Array.from({ length: 4 }, () => [generator.text(), generator.any(2)]));
        const names = [...new Set(Array.from({ length: 4 }, () => generator.text()))];
        const fill = (turn: <T>(list: T[]) => T[]): void =>
          app.transaction(() => {
            for (const slice of Object.values(app.state)) slice.clear();
            for (const [key, value] of turn([...lines])) app.state.any.set(key, value);
            for (const name of turn(names)) app.state.blocked.add(name);
          });
        fill((list) => list);
        const one = await prepared();
        fill((list) => [...list].reverse());
        assert.deepEqual(await prepared(), one);
      }
      app.close();
    });
  });
} else {
  describe.skip("wasm: there is no module in dist yet", () => {});
}
