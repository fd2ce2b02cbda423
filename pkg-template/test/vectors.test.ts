// The vectors that implementations in any language are tested with.
import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "qs";
import { readState, type Limits, type NodeRequest, type Shape, type Shapes, StateError } from "../src/server.js";

interface Carried {
  query?: string;
  header?: string;
  contentType?: string;
  body?: string;
  bodyBase64?: string;
}

interface Vector {
  name: string;
  request?: Carried;
  shapes: Shapes;
  shape: Shape;
  limits?: Limits;
  state: unknown;
  decoded?: unknown;
  error?: string;
  pairs?: [string, string[]][];
}

const load = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), "utf8")) as Vector[];

function parts({ query, header, contentType, body = "", bodyBase64 }: Carried) {
  const headers: Record<string, string> = {};
  if (header !== undefined) headers["holdall-state"] = header;
  if (contentType !== undefined) headers["content-type"] = contentType;
  const bytes = bodyBase64 ? Uint8Array.from(atob(bodyBase64), (char) => char.charCodeAt(0)) : new TextEncoder().encode(body);
  return { url: query === undefined ? "/path" : `/path?${query}`, headers, bytes };
}

/** The request in each of its forms. */
function forms(carried: Carried): [string, Request | NodeRequest][] {
  const { url, headers, bytes } = parts(carried);
  const standard = new Request(`http://localhost${url}`, { method: "POST", headers, body: bytes });
  return [
    ["standard", standard],
    ["bytes", { method: "POST", url, headers, body: bytes }],
  ];
}

const read = (request: Request | NodeRequest, shapes: Shapes, limits?: Limits): Promise<unknown> =>
  readState(request, shapes, limits).then(
    (state) => Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)),
    (error: unknown) => (error instanceof StateError ? error.code : Promise.reject(error)),
  );

describe("the vectors", () => {
  test("are read as they are to be", async () => {
    let count = 0;
    for (const { name, shapes, request = {}, limits, state, error } of load("decode.json")) {
      for (const [form, sent] of forms(request)) {
        assert.deepEqual(await read(sent, shapes, limits), error ?? state, `${name}, ${form}`);
        count++;
      }
    }
    assert.ok(count > 200);
  });

  test("of what clients write are read back", async () => {
    const sorted = (state: unknown): unknown => (Array.isArray(state) ? [...state].sort() : state);
    for (const { name, shape, request, state, decoded = state } of load("encode.json")) {
      if (!request) continue;
      for (const [form, sent] of forms(request)) {
        const found = (await read(sent, { x: shape })) as { x?: unknown };
        assert.deepEqual(sorted(found.x ?? null), sorted(decoded), `${name}, ${form}`);
      }
    }
  });

  test("are read by qs", () => {
    let count = 0;
    for (const { name, request, pairs, shape } of load("encode.json")) {
      if (!pairs) continue;
      const found = parse(request?.query ?? "", { plainObjects: true, allowPrototypes: true });
      const one = (values: string[]): unknown => (values.length === 1 ? values[0] : values);
      const entries = pairs.map(([key, values]) => [key.replace(/^x\[(.*)\]$/, "$1"), one(values)]);
      const flat = Object.fromEntries(entries) as object;
      const deep = "style" in shape && shape.style === "deepObject";
      assert.equal(JSON.stringify(found), JSON.stringify(deep ? { x: flat } : flat), name);
      count++;
    }
    assert.ok(count >= 5);
  });
});
