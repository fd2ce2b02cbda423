// Rules with functions, and requests that are sent again, with the built module over HTTP.
import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import type { App } from "../src/client.js";
import type { RequestEvent } from "../src/events.js";
import { map, type MapSlice } from "../src/map.js";
import { object } from "../src/object.js";
import type { Rules } from "../src/options.js";
import { set, type SetSlice } from "../src/set.js";
import { uncaughtOf, uniqueName } from "./again.js";
import { pretendToBeAPage } from "./page.js";
import { serve } from "./serve.js";

const dist = new URL("../../dist/", import.meta.url);

interface Line {
  qty: number;
  title: string;
}

interface State {
  cart: MapSlice<Line>;
  blocked: SetSlice<string>;
}

/** What the server has been sent. */
interface Sent {
  method: string;
  url: string;
  key: string | undefined;
  body: string;
}

type Answer = (sent: Sent, count: number) => { status?: number; headers?: Record<string, string>; body?: unknown };

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  pretendToBeAPage();
  const { open } = (await import(new URL("index.js", dist).href)) as typeof import("../src/index.js");

  /** Opens a client with these rules, whose `/` stands for the server, and gives what the server is sent. */
  async function shop(
    rules: (origin: string) => Rules<State>,
    answer: Answer,
    use: (app: App<State>, origin: string, sent: Sent[]) => Promise<void>,
  ): Promise<void> {
    const sent: Sent[] = [];
    await serve(
      async (request, response) => {
        let body = "";
        for await (const chunk of request) body += new TextDecoder().decode(chunk);
        const now = { method: request.method, url: request.url, key: request.headers["idempotency-key"], body };
        const { status = 200, headers = {}, body: answered = null } = answer(now, sent.push(now));
        response.statusCode = status;
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        return answered;
      },
      async (origin) => {
        const state = { cart: map<Line>(), blocked: set<string>(), filters: object({ initial: { a: 1, b: 2 } }) };
        const app = await open({ name: uniqueName(), state, requests: rules(origin) as never });
        try {
          await use(app, origin, sent);
        } finally {
          app.close();
        }
      },
    );
  }

  const lamp = { qty: 2, title: "Lamp" };

  describe("wasm: rules", () => {
    test("send chosen fields, what a function makes, and nothing at all if they say so", async () => {
      const rules = (origin: string): Rules<State> => [
        { match: `${origin}/fields`, send: { cart: { in: "body", fields: ["qty"] } } },
        { match: `${origin}/select`, send: { cart: { in: "query", select: (cart) => ({ b: cart.size, a: [...cart.keys()] }) } } },
        { match: `${origin}/none`, send: { cart: { in: "header", select: () => undefined } } },
        { match: `${origin}/empty`, send: { blocked: { in: "body", empty: true } } },
        { match: `${origin}/wrong`, send: { cart: { in: "body", select: () => 5 } } },
        { match: `${origin}/throws`, send: { cart: { in: "body", select: () => { throw new RangeError("mine"); } } } },
      ];
      await shop(rules, () => ({}), async (app, origin, sent) => {
        app.state.cart.set("lamp", lamp);
        const post = (path: string) => app.fetch(`${origin}${path}`, { method: "POST" });
        for (const path of ["/fields", "/select", "/none", "/empty"]) await post(path);
        assert.deepEqual(
          sent.map(({ url, body }) => `${url} ${body}`),
          ['/fields {"cart":{"lamp":{"qty":2}}}', "/select?a=lamp&b=1 ", "/none ", '/empty {"blocked":[]}'],
        );
        await assert.rejects(post("/wrong"), { code: "not-encodable" });
        await assert.rejects(post("/throws"), { name: "RangeError", message: "mine" });
      });
    });

    test("let an answer decide whether to consume", async () => {
      const rules = (origin: string): Rules<State> => [
        {
          match: `POST ${origin}/*`,
          send: { cart: "body" },
          consume: ["cart"],
          consumeIf: async (response) => {
            if (response.status === 500) throw new RangeError("mine");
            return !((await response.json()) as { errors?: unknown }).errors;
          },
        },
      ];
      const answer: Answer = ({ url }) => (url === "/fine" ? { status: 404, body: {} } : url === "/bad" ? { body: { errors: [] } } : { status: 500 });
      await shop(rules, answer, async (app, origin) => {
        app.state.cart.set("lamp", lamp);
        const post = (path: string) => app.fetch(`${origin}${path}`, { method: "POST" });
        assert.deepEqual(await (await post("/bad")).json(), { errors: [] });
        assert.equal(app.state.cart.size, 1);
        const errors = await uncaughtOf(async () => void (await post("/broken")));
        assert.deepEqual([errors.map(({ message }) => message), app.state.cart.size], [["mine"], 1]);
        await post("/fine");
        assert.equal(app.state.cart.size, 0);
      });
    });

    test("can be replaced while running, all or none", async () => {
      await shop((origin) => [{ match: `${origin}/*`, send: { blocked: "query" } }], () => ({}), async (app, origin, sent) => {
        app.state.blocked.add("eve");
        app.state.cart.set("lamp", lamp);
        await app.fetch(`${origin}/one`);
        for (const wrong of [{ match: "nothing" }, { match: "/x", send: { crat: "body" } }, 5]) {
          assert.throws(() => app.rules([wrong] as never), { name: "HoldallError" });
        }
        await app.fetch(`${origin}/two`);
        app.rules([{ match: `${origin}/*`, send: { cart: { in: "query", style: "json", select: (cart) => [...cart.keys()] } } }]);
        await app.fetch(`${origin}/three`);
        app.rules([]);
        await app.fetch(`${origin}/four`);
        assert.deepEqual(sent.map(({ url }) => url), ["/one?blocked=eve", "/two?blocked=eve", "/three?cart=%5B%22lamp%22%5D", "/four"]);
      });
    });

    test("try again what may be sent twice, with one key, as the server asks", async () => {
      const rules = (origin: string): Rules<State> => [
        { match: `${origin}/*`, retry: 2 },
        { match: `${origin}/order`, send: { cart: "body" }, consume: ["cart"] },
        { match: `${origin}/keyed`, idempotency: true },
        { match: `${origin}/unkeyed`, send: { cart: "body" }, consume: ["cart"], idempotency: false },
      ];
      const busy = { status: 503, headers: { "retry-after": "0" } };
      const answer: Answer = ({ url }, count) => (url === "/dead" ? busy : count === 1 ? busy : {});
      const tried = async (path: string, init: RequestInit): Promise<[number, Sent[], RequestEvent | undefined]> => {
        let result: [number, Sent[], RequestEvent | undefined] = [0, [], undefined];
        await shop(rules, answer, async (app, origin, sent) => {
          app.state.cart.set("lamp", lamp);
          let event: RequestEvent | undefined;
          app.on("request", (heard) => (event = heard));
          const { status } = await app.fetch(`${origin}${path}`, init);
          result = [status, sent, event];
        });
        return result;
      };
      for (const method of ["GET", "PUT", "DELETE"]) {
        const [status, sent, event] = await tried("/plain", { method });
        assert.deepEqual([status, sent.length, event?.replayed], [200, 2, true], method);
      }
      const [, dead] = await tried("/dead", {});
      assert.equal(dead.length, 3, "twice more, and no more");
      for (const path of ["/order", "/keyed"]) {
        const [status, sent] = await tried(path, { method: "POST" });
        assert.deepEqual([status, sent.length], [200, 2], path);
        assert.ok(sent[0]?.key);
        assert.deepEqual(sent[0], sent[1]);
      }
      const own = await tried("/plain", { method: "POST", headers: { "Idempotency-Key": "mine" } });
      assert.deepEqual(own[1].map(({ key }) => key), ["mine", "mine"]);
      for (const path of ["/plain", "/unkeyed"]) {
        const [status, sent] = await tried(path, { method: "POST" });
        assert.deepEqual([status, sent.length, sent[0]?.key], [503, 1, undefined], path);
      }
      const stream = new Blob(["x"]).stream();
      const [status, sent] = await tried("/plain", { method: "PUT", body: stream, duplex: "half" } as RequestInit);
      assert.deepEqual([status, sent.length], [503, 1], "what can be sent only once");
    });

    test("give up waiting when the caller does, or when the server asks for too long", async () => {
      const rules = (origin: string): Rules<State> => [{ match: `${origin}/*`, retry: 5 }];
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      const answer: Answer = ({ url }) => ({ status: 503, headers: { "retry-after": url === "/long" ? "3600" : url === "/date" ? date : "30" } });
      await shop(rules, answer, async (app, origin, sent) => {
        for (const path of ["/long", "/date"]) assert.equal((await app.fetch(`${origin}${path}`)).status, 503);
        const controller = new AbortController();
        const waiting = app.fetch(`${origin}/`, { signal: controller.signal });
        while (sent.length < 3) await new Promise((resolve) => setTimeout(resolve));
        controller.abort(new RangeError("enough"));
        await assert.rejects(waiting, { message: "enough" });
        assert.equal(sent.length, 3);
      });
    });

    test("move state that doesn't fit into the body, by QUERY where the server knows it", async () => {
      const rules = (origin: string): Rules<State> => [
        { match: `${origin}/*`, send: { blocked: "query", cart: "header" } },
        { match: `${origin}/post*`, overflow: "post" },
        { match: `${origin}/query*`, overflow: "query" },
      ];
      let knowsQuery = true;
      const answer: Answer = ({ method }) => (method === "QUERY" && !knowsQuery ? { status: 405 } : {});
      await shop(rules, answer, async (app, origin, sent) => {
        app.state.blocked.add("eve");
        const get = async (path: string, init?: RequestInit): Promise<string[]> => {
          sent.length = 0;
          await app.fetch(`${origin}${path}`, init);
          return sent.map(({ method, url, body }) => `${method} ${url} ${body.length > 8_000}`);
        };
        assert.deepEqual(await get("/query"), ["GET /query?blocked=eve false"], "while it fits");
        app.state.blocked.add("x".repeat(9_000));
        await assert.rejects(get("/error"), { code: "too-large", message: /blocked takes \d+/ });
        assert.deepEqual(await get("/post?page=2"), ["POST /post?page=2 true"]);
        assert.deepEqual(await get("/query"), ["QUERY /query true"]);
        assert.deepEqual(await get("/query", { method: "PUT" }), ["PUT /query true"], "which has a body anyway");
        knowsQuery = false;
        assert.deepEqual(await get("/query"), ["QUERY /query true", "POST /query true"]);
        assert.deepEqual(await get("/query"), ["POST /query true"], "and that is remembered");
        const prepared = await app.prepare(`${origin}/post`);
        assert.deepEqual([prepared.method, Object.keys((await prepared.json()) as object)], ["POST", ["blocked"]]);
      });
    });
  });
} else {
  describe.skip("wasm: there is no module in dist yet", () => {});
}
