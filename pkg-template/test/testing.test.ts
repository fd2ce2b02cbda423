// `holdall/testing` and `holdall/inline`, as built.
import * as assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { settle } from "../src/fake-clock.js";
import { map } from "../src/map.js";
import { set } from "../src/set.js";
import { collectGarbage } from "./garbage.js";
import { pretendToBeAPage } from "./page.js";

const dist = new URL("../../dist/", import.meta.url);
const load = async <M>(name: string): Promise<M> => (await import(new URL(name, dist).href)) as M;

if (existsSync(new URL("testing.js", dist))) {
  const { openTest } = await load<typeof import("../src/testing.js")>("testing.js");
  const { HoldallError } = await load<typeof import("../src/index.js")>("index.js");

  const options = () => ({
    name: "shop",
    state: { cart: map<number>(), blocked: set(), seen: map<number>({ ttl: 60_000 }) },
    auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
    requests: [
      { match: "/api/*", token: true },
      { match: "GET /api/messages", send: { blocked: "query" } },
      { match: "POST /api/checkout", send: { cart: "body" }, consume: ["cart"] },
    ] as const,
  });
  const token = (access_token: string) => ({ access_token, token_type: "Bearer", expires_in: 300 });

  describe("holdall/testing", () => {
    test("sends what the rules say to the routes, and shows it", async () => {
      const { app, requests, routes, close } = openTest(options(), { "POST /api/checkout": () => Response.json({ order: 1 }) });
      app.state.cart.set("lamp", 2);
      app.state.blocked.add("mallory");
      assert.deepEqual(await (await app.fetch("/api/checkout", { method: "POST" })).json(), { order: 1 });
      assert.equal(app.state.cart.size, 0);
      await assert.rejects(app.fetch("/api/messages"), { name: "TypeError", message: 'the test has no route "GET /api/messages"' });
      routes["GET /api/messages"] = () => new Response(null, { status: 204 });
      assert.equal((await app.fetch("/api/messages")).status, 204);
      assert.deepEqual(
        requests.map(({ method, url, body }) => [method, url, body]),
        [
          ["POST", "/api/checkout", '{"cart":{"lamp":2}}'],
          ["GET", "/api/messages?blocked=mallory", ""],
          ["GET", "/api/messages?blocked=mallory", ""],
        ],
      );
      close();
    });

    test("takes what another library has stored, and what another release has", async () => {
      const adopt = { key: "old-cart", read: (text: string) => JSON.parse(text) as Record<string, number> };
      const adopting = { name: "shop", state: { cart: map({ adopt }) } };
      const { app, tab, close } = openTest(adopting, {}, { stored: { "old-cart": '{"lamp":2}' } });
      assert.deepEqual([...app.state.cart], [["lamp", 2]]);
      app.close();
      const migrate = (qty: number) => ({ qty });
      const next = tab({ name: "shop", state: { cart: map<{ qty: number }>({ version: 2, migrate }) } });
      assert.deepEqual([...next.state.cart], [["lamp", { qty: 2 }]]);
      close();
    });

    test("lets the test move the time", async () => {
      const { app, clock, requests, close } = openTest(options(), {
        "POST /auth/refresh": () => Response.json(token("second")),
        "GET /api/me": () => Response.json({}),
      });
      app.session.signIn(token("first"), { user: { sub: "ada" } });
      app.state.seen.set("lamp", 1);
      const told: unknown[] = [];
      app.state.seen.subscribe((keys) => told.push(...keys));
      await clock.advance(59_999);
      assert.deepEqual([app.state.seen.size, told], [1, []]);
      await clock.advance(1);
      assert.deepEqual([app.state.seen.size, told], [0, ["lamp"]]);
      await app.fetch("/api/me");
      await clock.advance(300_000);
      await app.fetch("/api/me");
      assert.deepEqual(
        requests.map(({ url, headers }) => [url, headers["authorization"]]),
        [["/api/me", "Bearer first"], ["/auth/refresh", undefined], ["/api/me", "Bearer second"]],
      );
      close();
    });

    test("keeps what belongs to a tab over its reload", () => {
      const { app, tab, close } = openTest({ name: "shop", state: { draft: map<number>({ storage: "session" }) } });
      const drafts = (...tabs: (typeof app)[]) => tabs.map(({ state }) => state.draft.get("text"));
      app.state.draft.set("text", 1);
      const second = tab();
      assert.deepEqual(drafts(second), [undefined]);
      second.state.draft.set("text", 2);
      app.close();
      app.close();
      const again = tab();
      const third = tab();
      assert.deepEqual(drafts(again, third), [1, undefined]);
      again.state.draft.set("text", 3);
      close();
      assert.deepEqual(drafts(tab(), tab(), tab(), tab()), [2, 3, undefined, undefined]);
      close();
    });

    test("renews once for all tabs, and restores in a moment", async () => {
      const { app, tab, clock, requests, close } = openTest(options(), {
        "POST /auth/refresh": () => Response.json(token("second")),
        "GET /api/me": () => Response.json({}),
      });
      app.session.signIn(token("first"), { user: { sub: "ada" } });
      const tabs = [app, tab(), tab()];
      await clock.advance(300_000);
      await Promise.all(tabs.map(({ fetch }) => fetch("/api/me")));
      const refreshes = () => requests.filter(({ url }) => url === "/auth/refresh").length;
      assert.equal(refreshes(), 1);
      for (const each of tabs) each.close();
      const again = [tab(), tab()];
      await clock.advance(1_000);
      assert.deepEqual(again.map(({ session }) => session.status), ["signed-in", "signed-in"]);
      assert.equal(refreshes(), 2);
      close();
    });

    test("has several tabs, and reloads", async () => {
      const { app, tab, settled, close } = openTest(options());
      const second = tab();
      app.state.cart.set("lamp", 1);
      second.state.cart.set("mug", 1);
      app.session.signIn(token("t"), { user: { sub: "ada" } });
      await settled();
      assert.deepEqual([app, second].map(({ state, session }) => [state.cart.size, session.status]), [
        [2, "signed-in"],
        [2, "signed-in"],
      ]);
      app.close();
      second.close();
      const third = tab();
      assert.equal(third.state.cart.size, 2);
      close();
      assert.throws(() => third.state.cart.clear(), (error) => error instanceof HoldallError && error.code === "closed");
      const other = openTest(options());
      assert.equal(other.app.state.cart.size, 0);
      other.close();
    });
  });

  describe("a test's network, as a page's,", () => {
    test("gives up at once when the caller does", async () => {
      let told = 0;
      const count = ({ signal }: Request): void => signal.addEventListener("abort", () => told++);
      const { app, routes, requests, close } = openTest(options(), {
        "GET /api/slow": (request) => {
          count(request);
          return new Promise<Response>(() => {});
        },
      });
      const controller = new AbortController();
      const slow = app.fetch("/api/slow", { signal: controller.signal });
      while (!requests.length) await settle();
      collectGarbage();
      controller.abort();
      await assert.rejects(slow, { name: "AbortError" });
      assert.equal(told, 1);

      const reason = new Error("changed my mind");
      const late = new AbortController();
      routes["POST /api/late"] = async () => {
        late.abort(reason);
        await settle();
        return Response.json({});
      };
      await assert.rejects(app.fetch("/api/late", { method: "POST", signal: late.signal }), (error: unknown) => error === reason);
      const sent = requests.length;
      await assert.rejects(app.fetch("/api/late", { method: "POST", signal: AbortSignal.abort(reason) }), (error: unknown) => error === reason);
      assert.equal(requests.length, sent);
      // What comes before the request's body has is nothing that the network saw.
      const early = new AbortController();
      const body = new ReadableStream({ start: () => settle().then(() => early.abort(reason)) });
      const stuck = app.fetch("/api/late", { method: "POST", body, duplex: "half", signal: early.signal } as RequestInit);
      await assert.rejects(stuck, (error: unknown) => error === reason);
      assert.equal(requests.length, sent);
      close();
    });

    test("lets go of a refused answer, whoever was asked about it", async () => {
      const rule = { match: "POST /api/order", token: true, send: { cart: "body" }, consume: ["cart"] } as const;
      for (const consumeIf of [undefined, ({ ok }: Response) => ok]) {
        const requests = [consumeIf ? { ...rule, consumeIf } : rule];
        let cancelled = 0;
        const refused = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 401 });
        const { app, close } = openTest({ ...options(), requests }, {
          "POST /auth/refresh": () => Response.json(token("two")),
          "POST /api/order": ({ headers }) => (headers.get("authorization") === "Bearer two" ? new Response() : refused()),
        });
        app.session.signIn(token("one"));
        app.state.cart.set("lamp", 1);
        assert.equal((await app.fetch("/api/order", { method: "POST" })).status, 200);
        assert.equal(cancelled, 1);
        close();
      }
    });

    test("gets a Request with its body", async () => {
      const { app, requests, close } = openTest(options(), {
        "POST /api/x": async (request) => Response.json(await request.json()),
      });
      const headers = { "content-type": "application/json", "x-mine": "1" };
      const request = new Request("https://app.test/api/x?a=b", { method: "POST", headers, body: '{"a":1}' });
      assert.deepEqual(await (await app.fetch(request)).json(), { a: 1 });
      assert.deepEqual(requests.map(({ method, url, body, headers }) => [method, url, body, headers["x-mine"]]), [
        ["POST", "/api/x?a=b", '{"a":1}', "1"],
      ]);
      close();
    });
  });

  describe("holdall/inline", () => {
    before(pretendToBeAPage);

    // First: what has been loaded once isn't refused any more.
    test("says what refuses WebAssembly, and tries again", async () => {
      const { open, openSync } = await load<typeof import("../src/inline.js")>("inline.js");
      const cart = (name: string) => ({ name, state: { cart: map<number>() } });
      const original = globalThis.WebAssembly;
      const { CompileError } = original;
      const refusing = (reason: string) => {
        const Module = function (): never {
          throw new CompileError(reason);
        };
        return Object.assign(Object.create(original) as object, { Module, compile: async () => Module() });
      };
      const engines: [engine: unknown, says: RegExp][] = [
        [refusing("blocked by CSP"), /Content-Security-Policy.*'wasm-unsafe-eval'/],
        [refusing("expected magic word"), /can't be compiled.*same release/],
        [undefined, /switched off/],
      ];
      try {
        for (const [engine, message] of engines) {
          Object.assign(globalThis, { WebAssembly: engine });
          const expected = { name: "HoldallError", code: "wasm-not-loaded", message };
          await assert.rejects(open(cart("refused")), expected);
          assert.throws(() => openSync(cart("refused at once")), expected);
        }
      } finally {
        Object.assign(globalThis, { WebAssembly: original });
      }
      assert.equal((await open(cart("refused"))).state.cart.size, 0);
      assert.equal(openSync(cart("refused at once")).state.cart.size, 0);
    });

    test("opens at once, and gives one client with open", async () => {
      const { open, openSync } = await load<typeof import("../src/inline.js")>("inline.js");
      const { open: openDefault } = await load<typeof import("../src/index.js")>("index.js");
      const cart = () => ({ name: "inline", state: { cart: map<number>() } });
      const app = openSync(cart());
      app.state.cart.set("lamp", 1);
      assert.equal(openSync(cart()), app);
      assert.equal(await open(cart()), app);
      assert.equal(await openDefault(cart()), app);
      assert.throws(() => openSync({ ...cart(), state: { cart: map<string>({ ttl: 1 }) } }), { code: "bad-config" });
      const pending = open({ ...cart(), name: "later" });
      assert.throws(() => openSync({ ...cart(), name: "later" }), { code: "bad-config" });
      assert.equal(openSync({ ...cart(), name: "another" }).state.cart.size, 0);
      const later = await pending;
      assert.equal(openSync({ ...cart(), name: "later" }), later);
      app.close();
      assert.equal(openSync(cart()).state.cart.get("lamp"), 1);
    });

    test("has the module, with and without the engine's help", async () => {
      const { wasm } = await load<typeof import("../src/inline.js")>("inline.js");
      const module = new Uint8Array(readFileSync(new URL("holdall_bg.wasm", dist)));
      const engine = Object.getOwnPropertyDescriptor(Uint8Array, "fromHex");
      const read: string[] = [];
      const fromHex = (hex: string) => {
        read.push(hex);
        return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
      };
      for (const value of [undefined, fromHex]) {
        Object.defineProperty(Uint8Array, "fromHex", { configurable: true, value });
        assert.deepEqual(wasm(), module);
      }
      assert.equal(read.length, 1);
      Reflect.deleteProperty(Uint8Array, "fromHex");
      if (engine) Object.defineProperty(Uint8Array, "fromHex", engine);
    });
  });
}
