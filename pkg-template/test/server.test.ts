import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as z from "zod";
import { honestCaches, readState, StateError, type NodeRequest, type Shapes } from "../src/server.js";
import { serve } from "./serve.js";

const json = { "content-type": "application/json" };
const cart = { cart: { in: "body" } } as const;

const post = (body: string | ReadableStream<Uint8Array>, headers: Record<string, string> = json): Request =>
  new Request("http://localhost/", { method: "POST", headers, body, duplex: "half" } as RequestInit);

const refusal = (request: Request | NodeRequest, shapes: Shapes = cart, limits = {}): Promise<StateError> =>
  readState(request, shapes, limits).then(
    () => assert.ok(false, "it is refused") as never,
    (error: unknown) => (error instanceof StateError ? error : Promise.reject(error)),
  );

describe("readState", () => {
  test("refuses shapes that say nothing", async () => {
    const request = new Request("http://localhost/?ids=1");
    // @ts-expect-error it takes "number"
    const typo: Shapes = { ids: { in: "query", of: "int" } };
    await assert.rejects(readState(request, typo), { code: "bad-config" });
    // @ts-expect-error fields are of a query
    const elsewhere: Shapes = { ids: { in: "header", fields: { a: "number" } } };
    assert.ok(elsewhere);
  });

  test("takes what Express and its parsers have read", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const read = (body: unknown, headers: Record<string, string>) => readState({ method: "POST", url: "/", headers, body }, cart);
    assert.deepEqual(await read({ note: 1, cart: { lamp: 2 } }, json), { cart: { lamp: 2 } });
    assert.deepEqual(await read('{"cart":[1]}', json), { cart: [1] });
    assert.deepEqual(await read({ note: "x", cart: '{"a":1}' }, form), { cart: { a: 1 } });
    assert.deepEqual(await read(undefined, json), { cart: undefined });
    await assert.rejects(read({ cart: ["[]", "[]"] }, form), { code: "malformed" });
    await assert.rejects(read({ cart: "text" }, json), { code: "malformed" });
    const headers = { "holdall-state": ["a=:W10=:", "cart=:WzFd:"] };
    assert.deepEqual(await readState({ url: "/?x", headers }, { cart: { in: "header" } }), { cart: [1] });
  });

  test("gives what a schema makes of it, and types", async () => {
    const schema = z.object({ qty: z.number().default(1) });
    const shapes = {
      cart: { in: "body", schema, required: true },
      blocked: { in: "query", of: "string" },
      filters: { in: "query", fields: { unread: "boolean", tags: ["number"] } },
      ratings: { in: "query", style: "deepObject", of: "number" },
    } as const;
    const request = new Request("http://localhost/?blocked=a&tags=1&ratings[b]=2", { method: "POST", headers: json, body: '{"cart":{}}' });
    const { cart, blocked, filters, ratings } = await readState(request, shapes);
    const typed: [number, string | undefined, number | undefined, boolean | undefined, number | undefined] = [
      cart.qty,
      blocked?.[0],
      filters?.tags?.[0],
      filters?.unread,
      ratings?.["b"],
    ];
    assert.deepEqual(typed, [1, "a", 1, undefined, 2]);
    const wrong = await refusal(post('{"cart":{"qty":"canary"}}'), shapes);
    assert.deepEqual([wrong.code, wrong.status], ["wrong-type", 422]);
    assert.doesNotMatch(JSON.stringify(wrong.problem), /canary/);
  });

  test("answers what is hostile with a problem, and reads no more than it may", async () => {
    const levels = (count: number): string => "[".repeat(count) + "]".repeat(count);
    const large = { bytes: 10_000_000 };
    const cases: [Request, number, string, object?][] = [
      [post(`{"cart":${levels(20_000)}}`), 413, "too-large"],
      [post('{"a":'.repeat(20_000)), 413, "too-large"],
      [post(`{"cart":[${"1,".repeat(999_999)}1]}`), 413, "too-large"],
      [post(`{"cart":[${"1,".repeat(999_999)}1]}`), 413, "too-large", large],
      [post(`{"cart":[${"{},".repeat(999_999)}1]}`), 413, "too-large", large],
      [post(`{"cart":["${"\\n".repeat(4_000_000)}canary","a]}`), 400, "malformed", large],
      [post('{"cart":{"canary":1,"canary":2}}'), 400, "malformed"],
      [post('{"cart":["canary"],"cart":[]}'), 400, "malformed"],
      [post("canary", { "content-type": "text/plain" }), 415, "unsupported-body"],
    ];
    for (const [request, status, code, limits] of cases) {
      const error = await refusal(request, cart, limits);
      assert.deepEqual([error.status, error.code], [status, code]);
      const { type, title, detail } = error.problem;
      assert.ok(type && title && detail);
      assert.doesNotMatch(JSON.stringify(error.problem), /canary/);
      const answer = error.toResponse();
      assert.deepEqual([answer.status, answer.headers.get("content-type")], [status, "application/problem+json"]);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.deepEqual(await answer.json(), error.problem);
    }
    let pulled = 0;
    const endless = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array((pulled += 65_536) && 65_536)) });
    assert.equal((await refusal(post(endless()))).code, "too-large");
    assert.ok(pulled < 1_200_000, `${pulled}`);
    // Of a clone, whose cancelling waits for the original's.
    const original = post(endless());
    assert.equal((await refusal(original.clone())).code, "too-large");
    await original.body?.cancel();
    pulled = 0;
    const announced = { ...json, "content-length": "100000000" };
    assert.equal((await refusal(post(new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 }), announced))).code, "too-large");
    assert.equal(pulled, 0);
  });

  test("reads what Node streams, and the answer to too much of it arrives", async () => {
    const answer = async (request: NodeRequest, response: { statusCode: number }): Promise<unknown> => {
      try {
        return await readState(request, cart);
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        response.statusCode = error.status;
        return error.problem;
      }
    };
    await serve(answer, async (origin) => {
      const send = async (body: BodyInit): Promise<[number, { code?: string }]> => {
        const init = { method: "POST", headers: json, body, duplex: "half" } as RequestInit;
        const response = await fetch(origin, init);
        return [response.status, (await response.json()) as object];
      };
      assert.deepEqual(await send('{"cart":{"lamp":2}}'), [200, { cart: { lamp: 2 } }]);
      const [status, { code }] = await send(new Uint8Array(100_000_000));
      assert.deepEqual([status, code], [413, "too-large"]);
      let chunks = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => (chunks++ < 100 ? controller.enqueue(new Uint8Array(1_000_000)) : controller.close()),
      });
      const streamed = await send(stream);
      assert.deepEqual([streamed[0], streamed[1].code], [413, "too-large"]);
    });
  });
});

describe("honestCaches", () => {
  test("keeps answers out of caches, or says what they depend on", () => {
    const none = new Headers();
    honestCaches(none);
    assert.deepEqual([...none], [["cache-control", "no-store"]]);
    const some = new Headers({ "cache-control": "max-age=60", vary: "Accept" });
    honestCaches(some);
    assert.equal(some.get("vary"), "Accept, Authorization, Holdall-State");

    const headers = new Map<string, unknown>();
    const node = {
      // Express adds these, which mean something else than those of Headers.
      get: () => undefined,
      set: () => undefined,
      append: () => undefined,
      hasHeader: (name: string) => headers.has(name),
      getHeader: (name: string) => headers.get(name),
      setHeader: (name: string, value: string) => headers.set(name, value),
    };
    honestCaches(node);
    assert.equal(headers.get("cache-control"), "no-store");
    honestCaches(node);
    assert.equal(headers.get("vary"), "Authorization, Holdall-State");
  });
});
