import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient } from "../src/client.js";
import { HoldallError } from "../src/error.js";
import type { RequestEvent } from "../src/events.js";
import { map } from "../src/map.js";
import type { SourceRequest } from "../src/options.js";
import { set } from "../src/set.js";
import type { Host } from "../src/types.js";
import { task, uniqueName } from "./again.js";
import { Fake, FakeClient } from "./fake.js";
import { microtask, open } from "./open-fake.js";
import { heard, lamp, options } from "./slices.js";

describe("a source of tokens", () => {
  test("is asked as it is configured, and its answer is given as text", async () => {
    const asked: SourceRequest[] = [];
    const answers = [{ access_token: "t", token_type: "Bearer" }, null];
    const source = async (request: SourceRequest) => (asked.push(request), answers.shift() ?? null);
    let host: Host | undefined;
    const Client = class extends FakeClient {
      constructor(config: string, it: Host) {
        super(config, it);
        host = it;
      }
    };
    createClient(Client, { name: uniqueName(), state: {}, auth: { source } });
    assert.ok(host);
    assert.deepEqual((FakeClient.last?.config as { auth?: unknown }).auth, { source: true });
    const { signal } = new AbortController();
    assert.equal(await host.source("expired", signal), '{"access_token":"t","token_type":"Bearer"}');
    assert.equal(await host.source("restore", signal), undefined);
    assert.deepEqual(asked, [{ reason: "expired", signal }, { reason: "restore", signal }]);
  });

  test("may throw whatever it likes", async () => {
    let host: Host | undefined;
    const Client = class extends FakeClient {
      constructor(config: string, it: Host) {
        super(config, it);
        host = it;
      }
    };
    const source = (): never => {
      throw new Error("popup closed");
    };
    createClient(Client, { name: uniqueName(), state: {}, auth: { source } });
    await assert.rejects(async () => host?.source("expired", new AbortController().signal), /popup closed/);
  });
});

describe("reads", () => {
  test("ask wasm once for each change, and not for unchanged entries", () => {
    const { fake, cart } = open();
    cart.set("lamp", lamp);
    cart.set("mug", lamp);
    cart.snapshot();
    fake.calls.length = 0;
    cart.get("lamp");
    cart.snapshot();
    for (const _ of cart);
    assert.deepEqual(fake.calls, []);
    cart.increment("mug", "qty", 1);
    cart.snapshot();
    cart.get("mug");
    assert.deepEqual(fake.calls.map(([name]) => name).sort(), ["entry", "keys"]);
  });

  test("ask for the keys alone of what may have expired, and for no members that were checked", () => {
    const state = { cart: map<object>({ ttl: 1000 }), blocked: set({ version: 2, migrate: (member) => member as string }) };
    const app = createClient(Fake, { name: uniqueName(), state });
    const fake = FakeClient.last;
    assert.ok(fake);
    const { cart, blocked } = app.state;
    cart.set("lamp", lamp);
    fake.fromElsewhere([{ slice: "blocked", key: '"ada"', json: "true" }]);
    assert.deepEqual([cart.size, blocked.size], [1, 1]);
    fake.calls.length = 0;
    assert.equal(cart.size, 1);
    assert.deepEqual([blocked.has("ada"), blocked.has("eve")], [true, false]);
    assert.deepEqual(fake.calls.map(([name]) => name), ["keys"]);
  });

  test("never ask wasm for half a surrogate pair, which would be another key there", () => {
    const { fake, cart } = open();
    cart.set("\ufffd", lamp);
    fake.calls.length = 0;
    for (const key of ["\ud800", 5 as unknown as string, undefined as unknown as string]) {
      assert.equal(cart.get(key), undefined);
      assert.equal(cart.has(key), false);
      assert.equal(cart.delete(key), false);
      assert.throws(() => cart.set(key, lamp), { code: "not-encodable" });
      assert.throws(() => cart.patch(key, lamp), { code: "not-encodable" });
      assert.throws(() => cart.increment(key, "qty", 1, lamp), { code: "not-encodable" });
    }
    assert.deepEqual(fake.calls, []);
    assert.equal(cart.size, 1);
  });

  test("skip what isn't a member in a set's stored keys", () => {
    const { fake, blocked } = open();
    fake.fromElsewhere(["{", "{}", "null", '"ada"'].map((key) => ({ slice: "blocked", key, json: "true" })));
    assert.deepEqual([...blocked], ["ada"]);
  });
});

describe("events", () => {
  test("go to the listeners of their name", async () => {
    const { app, fake } = open();
    const requests = heard<RequestEvent>();
    const refreshes = heard<object>();
    const off = app.on("request", requests.listener);
    app.on("refresh", refreshes.listener);
    const detail = { method: "GET", url: "/", slices: [], bytes: 0, token: false, status: 200, replayed: false, milliseconds: 1 };
    fake.emit("request", detail);
    fake.emit("newer-than-this", {});
    await microtask();
    assert.deepEqual(requests.calls, [detail]);
    assert.deepEqual(["request", "session"].map((name) => fake.hears(name)), [true, false]);
    off();
    assert.equal(fake.hears("request"), false);
    fake.emit("request", detail);
    await microtask();
    assert.equal(requests.calls.length, 1);
    assert.equal(refreshes.calls.length, 0);
  });

  test("about what is found in storage wait for who opens the client", async () => {
    const { app, fake } = open();
    const { calls, listener } = heard<object>();
    fake.emit("corrupt", { key: "k" });
    fake.emit("newer-version", { key: "newer" });
    fake.emit("storage-full", {});
    for (let later = 0; later < 9; later++) await microtask();
    for (const name of ["corrupt", "newer-version", "storage-full"] as const) app.on(name, listener);
    await task();
    assert.deepEqual(calls, [{ key: "k" }, { key: "newer" }, {}]);
  });
});

describe("session", () => {
  test("signs in, tells who it is, and gives a token", async () => {
    const { app } = open();
    const { session } = app;
    const statuses = heard<string>();
    const off = session.subscribe(statuses.listener);
    assert.equal(session.status, "signed-out");
    assert.equal(session.user, undefined);
    await assert.rejects(session.token(), { code: "signed-out" });
    session.signIn({ access_token: "t", token_type: "Bearer", expires_in: 5 }, { user: { sub: "ada", roles: ["admin"] } });
    assert.deepEqual(statuses.calls, ["signed-in"]);
    assert.equal(session.status, "signed-in");
    assert.deepEqual(session.user, { sub: "ada", roles: ["admin"] });
    assert.equal(session.user, session.user);
    assert.ok(Object.isFrozen(session.user?.["roles"]));
    assert.equal(await session.token(), "token");
    await session.ready;
    assert.equal(session.ready, session.ready);
    off();
  });

  test("isn't ready while it is restored once more", async () => {
    const { app, fake } = open();
    const { session } = app;
    const first = session.ready;
    await first;
    fake.restores();
    const second = session.ready;
    assert.notEqual(second, first);
    assert.equal(session.ready, second);
  });

  test("signs out at once, and says if the server hasn't confirmed", async () => {
    const { app } = open();
    const statuses = heard<string>();
    app.session.signIn({ access_token: "t", token_type: "Bearer" });
    app.session.subscribe(statuses.listener);
    const done = app.session.signOut();
    assert.deepEqual(statuses.calls, ["signed-out"]);
    await assert.rejects(done, { name: "HoldallError", code: "sign-out-unconfirmed", cause: new TypeError("offline") });
  });

  test("says whether to erase", async () => {
    const { app, fake } = open();
    const erased: unknown[] = [];
    fake.signOut = async (erase) => void erased.push(erase);
    await app.session.signOut();
    await app.session.signOut({});
    await app.session.signOut({ erase: true });
    assert.deepEqual(erased, [undefined, undefined, true]);
  });

  test("leaves the judgement of a token response to the client, whatever it is", () => {
    const { app } = open();
    for (const response of [undefined, null, "text", {}, () => 1]) {
      assert.throws(() => app.session.signIn(response as never), { code: "bad-token-response" });
    }
    const user = { at: new Date() } as never;
    assert.throws(() => app.session.signIn({ access_token: "t", token_type: "Bearer" }, { user }), { code: "not-encodable" });
    assert.equal(app.session.status, "signed-out");
  });
});

describe("requests", () => {
  test("go through the client, unbound too", async () => {
    const { app, fake } = open();
    const { fetch: send, prepare } = app;
    assert.equal(await (await send("/api")).text(), "from holdall");
    assert.deepEqual(fake.calls, [["fetch", "/api"]]);
    assert.equal((await prepare("http://localhost/api", { method: "POST" })).method, "POST");
  });

  test("install() takes the place of the global fetch until it is undone", async () => {
    const { app } = open();
    const original = globalThis.fetch;
    try {
      globalThis.fetch = async () => new Response("from the browser");
      const browser = globalThis.fetch;
      const undo = app.install();
      assert.equal(app.install(), undo);
      assert.equal(await (await fetch("/")).text(), "from holdall");
      const kept = globalThis.fetch;
      undo();
      assert.equal(globalThis.fetch, browser);
      assert.equal(await (await kept("/")).text(), "from the browser", "also for who has kept or wrapped it");
      app.install();
      const installed = globalThis.fetch;
      const wrapper: typeof fetch = (...request) => installed(...request);
      globalThis.fetch = wrapper;
      app.close();
      assert.equal(globalThis.fetch, wrapper, "somebody else's is left alone");
      assert.equal(await (await fetch("/")).text(), "from the browser");
    } finally {
      globalThis.fetch = original;
    }
  });
});

describe("close", () => {
  test("releases listeners and the client, once", async () => {
    let closed = 0;
    const app = createClient(Fake, options(), undefined, () => closed++);
    const fake = FakeClient.last;
    const { calls, listener } = heard<unknown>();
    app.state.cart.subscribe(listener);
    app.on("corrupt", listener);
    fake?.fromElsewhere([{ slice: "cart", key: "lamp", json: "{}" }]);
    fake?.emit("corrupt", { key: "k" });
    app[Symbol.dispose]();
    app.close();
    await microtask();
    assert.equal(closed, 1);
    assert.equal(fake?.closed, true);
    assert.equal(calls.length, 0);
    assert.throws(() => app.state.cart.set("lamp", lamp), { code: "closed" });
    assert.throws(() => app.transaction(() => {}), { code: "closed" });
  });
});

describe("errors", () => {
  test("are HoldallErrors with code and cause", () => {
    const cause = new TypeError("why");
    const error = new HoldallError("wasm-not-loaded", "what to do", { cause });
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.code, error.message, error.cause], ["HoldallError", "wasm-not-loaded", "what to do", cause]);
  });
});
