// Requests whose body somebody else may have read before `readState`.
import * as assert from "node:assert/strict";
import type { Answer, Incoming } from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { HoldallError, readState, StateError, type NodeRequest } from "../src/server.js";
import { serve } from "./serve.js";

type Middleware = (request: Incoming & { body?: unknown }) => Promise<void>;

const json = { "content-type": "application/json" };
const cart = { cart: { in: "body" } } as const;

async function drained(request: Incoming): Promise<string> {
  let text = "";
  for await (const chunk of request) text += new TextDecoder().decode(chunk);
  return text;
}

/** As `express.json()` of Express 4: `{}` stands for whatever it passes over, unread. */
const express4: Middleware = async (request) => {
  const { "content-type": type, "content-length": length } = request.headers;
  request.body = {};
  if (type === "application/json" && length !== "0") request.body = JSON.parse(await drained(request));
};

/** As multer: all fields of a form with files, by name, in objects without a prototype. */
const multer: Middleware = async (request) => {
  const init = { headers: { "content-type": request.headers["content-type"] ?? "" }, body: await drained(request) };
  const fields = await new Response(init.body, init).formData();
  const body = Object.create(null) as Record<string, unknown>;
  for (const name of fields.keys()) {
    const [only, ...others] = fields.getAll(name).filter((value) => typeof value === "string");
    if (only !== undefined) body[name] = others.length ? [only, ...others] : only;
  }
  // It takes names apart.
  if ("nested[x]" in body) body["nested"] = Object.assign(Object.create(null), { x: body["nested[x]"] });
  request.body = body;
};

/** What a server answers which uses this before `readState`. */
async function answers(before: Middleware, bodies: (BodyInit | undefined)[], headers: Record<string, string> = {}): Promise<unknown[]> {
  const found: unknown[] = [];
  const answer = async (request: Incoming, response: Answer): Promise<unknown> => {
    await before(request);
    try {
      return await readState(request, cart);
    } catch (error) {
      if (!(error instanceof HoldallError)) throw error;
      response.statusCode = error instanceof StateError ? error.status : 500;
      return error.code;
    }
  };
  await serve(answer, async (origin) => {
    for (const body of bodies) {
      const response = await fetch(origin, { method: "POST", headers, ...(body !== undefined && { body }) });
      found.push(response.status, await response.json());
    }
  });
  return found;
}

/** What a server writes to one connection, after the requests. */
async function written(origin: string, requests: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(5_000, () => socket.destroy());
  socket.write(requests);
  let text = "";
  for await (const chunk of socket) text += new TextDecoder().decode(chunk);
  return text;
}

function form(fields: [name: string, value: string | Blob][]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

describe("readState, after", () => {
  test("a parser that leaves an empty object where it has read nothing", async () => {
    const fields: [string, string][] = [["cart", '{"lamp":2}'], ["note", "x"]];
    const file = new Blob(["bytes"]);
    assert.deepEqual(await answers(express4, [undefined, new URLSearchParams(fields), form([...fields, ["photo", file]])]), [
      200, {},
      200, { cart: { lamp: 2 } },
      200, { cart: { lamp: 2 } },
    ]);
    assert.deepEqual(await answers(express4, ['{"cart":{"lamp":2}}', "{}", "", '{"cart":5}'], json), [
      200, { cart: { lamp: 2 } },
      200, {},
      200, {},
      400, "malformed",
    ]);
    assert.deepEqual(await answers(express4, ["plain"]), [415, "unsupported-body"]);
    // Where nobody can say whether a stream was read.
    assert.deepEqual(await readState({ headers: json, body: {} }, cart), { cart: undefined });
  });

  test("a parser of forms with files", async () => {
    const file = new Blob(["bytes"]);
    const lines = '{"a & b = c":"%é+\\n"}';
    const bodies = [
      form([["cart", lines], ["photo", file], ["nested[x]", "1"]]),
      form([["photo", file]]),
      form([["cart", "[]"], ["cart", "[]"]]),
      form([["cart", "text"]]),
    ];
    assert.deepEqual(await answers(multer, bodies), [
      200, { cart: JSON.parse(lines) },
      200, {},
      400, "malformed",
      400, "malformed",
    ]);
    const multipart = { "content-type": "multipart/form-data; boundary=x" };
    const nested = { cart: Object.create(null) as object };
    await assert.rejects(readState({ headers: multipart, body: nested }, cart), { code: "malformed" });
  });

  test("somebody who has kept the body", async () => {
    const used = { name: "HoldallError", code: "bad-config" };
    const body = '{"cart":[1]}';
    const reads: Middleware = async (request) => void (await drained(request));
    assert.deepEqual(await answers(reads, [body], json), [500, "bad-config"]);
    assert.deepEqual(await answers(async (request) => void (await readState(request, cart)), [body], json), [500, "bad-config"]);
    // There was none.
    assert.deepEqual(await answers(reads, [undefined, ""], json), [200, {}, 200, {}]);

    const post = (): Request => new Request("http://localhost/", { method: "POST", headers: json, body });
    const request = post();
    assert.deepEqual(await readState(request.clone(), cart), { cart: [1] });
    assert.deepEqual(await readState(request, cart), { cart: [1] });
    await assert.rejects(readState(request, cart), used);
    const locked = post();
    locked.body?.getReader();
    await assert.rejects(readState(locked, cart), used);
    // Who asks for nothing of it doesn't mind.
    assert.deepEqual(await readState(request, { x: { in: "query", of: "string" } }), { x: undefined });
  });

  test("somebody who gives no stream", async () => {
    const bodiless = { headers: {} };
    const posted = (type: string, length = "4") => ({ headers: { "content-type": type, "content-length": length } });
    // As Koa's parser leaves it where there is no body.
    assert.deepEqual(await readState({ ...bodiless, body: {} }, cart), { cart: undefined });
    assert.deepEqual(await readState({ ...bodiless, body: null }, cart), { cart: undefined });
    assert.deepEqual(await readState({ ...posted("", "0"), body: {} }, cart), { cart: undefined });
    assert.deepEqual(await readState({ ...posted("application/json", "2"), body: {} }, cart), { cart: undefined });
    await assert.rejects(readState({ ...posted("application/json"), body: null }, cart), { code: "malformed" });
    await assert.rejects(readState({ ...posted("text/plain"), body: {} }, cart), { code: "unsupported-body" });
    await assert.rejects(readState(posted("application/json"), cart), { code: "bad-config" });
    const chunked = { headers: { ...json, "transfer-encoding": "chunked" } };
    await assert.rejects(readState(chunked, cart), { code: "bad-config" });
  });

  test("a parser that makes infinity of large numbers", async () => {
    const bodies = ['{"cart":[1e999]}', '{"cart":{"a":{"b":-1e999}}}', '{"cart":[1e308]}'];
    const expected = [400, "malformed", 400, "malformed", 200, { cart: [1e308] }];
    assert.deepEqual(await answers(async () => {}, bodies, json), expected);
    assert.deepEqual(await answers(express4, bodies, json), expected);
  });

  test("a parser that reads any depth", async () => {
    const deep = (levels: number): string => `{"cart":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    assert.deepEqual(await answers(express4, [deep(20_000), deep(33), deep(3)], json), [
      413, "too-large",
      413, "too-large",
      200, { cart: [[[]]] },
    ]);
    const parsed: NodeRequest = { headers: json, body: JSON.parse(deep(20_000)) };
    await assert.rejects(readState(parsed, cart), { name: "HoldallError", code: "too-large", status: 413 });
  });
});

test("what comes after a body that was refused is answered, too", async () => {
  const large = `${"f4240\r\n".concat("x".repeat(1_000_000), "\r\n").repeat(3)}0\r\n\r\n`;
  const refused = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${large}`;
  const answer = (request: Incoming): Promise<unknown> =>
    readState(request, cart).catch((error: unknown) => (error instanceof StateError ? error.code : Promise.reject(error)));
  await serve(answer, async (origin) => {
    const answers = await written(origin, `${refused}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answers, /^HTTP[^]*\r\n\r\n"too-large"HTTP[^]*\r\n\r\n\{\}$/);
  });
});
