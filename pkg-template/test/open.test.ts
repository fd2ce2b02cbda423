import * as assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createClient } from "../src/client.js";
import { map } from "../src/map.js";
import { object } from "../src/object.js";
import { configure, type OpenOptions } from "../src/options.js";
import { opener } from "../src/registry.js";
import { ServerClient } from "../src/server-client.js";
import { set } from "../src/set.js";
import { Fake, FakeClient } from "./fake.js";
import { heard } from "./slices.js";

const page = globalThis as { document?: object };

const cart = () => map<{ qty: number }>();
const filters = (initial: { a: number; b: number }) => object({ initial });

describe("open in a page", () => {
  beforeEach(() => {
    page.document = {};
    FakeClient.disk.clear();
  });
  afterEach(() => {
    delete page.document;
  });

  test("gives the same client for the same name and an equal configuration", async () => {
    const open = opener(async () => Fake);
    const first = open({ name: "shop", state: { cart: cart(), filters: filters({ a: 1, b: 2 }) }, requests: [{ match: "/a" }] });
    const second = open({ requests: [{ match: "/a" }], state: { filters: filters({ b: 2, a: 1 }), cart: map<{ qty: number }>({ storage: "local" }) }, name: "shop" });
    assert.equal(second, first);
    const app = await first;
    app.state.cart.set("lamp", { qty: 1 });
    assert.equal((await second).state.cart.get("lamp")?.qty, 1);
    assert.notEqual(await open({ name: "other", state: { cart: cart() } }), app);
  });

  test("loads much in several tasks", async () => {
    const open = opener(async () => Fake);
    FakeClient.steps = 3;
    let tasks = 0;
    const count = (): void => {
      tasks++;
      if (FakeClient.steps > 0) setTimeout(count);
    };
    count();
    const app = await open({ name: "shop", state: { cart: cart() } });
    assert.ok(FakeClient.steps === 0 && tasks > 1, `${tasks} other tasks had their turn`);
    assert.equal(app.state.cart.size, 0);
  });

  test("uses the first one's functions: they can't be compared", async () => {
    const open = opener(async () => Fake);
    const options = (migrate: () => number, key: string) => ({
      name: "shop",
      state: { cart: map<number>({ version: 2, migrate, adopt: { key, read: () => ({}) }, owner: "device", ttl: 5 }) },
    });
    const app = await open(options(() => 1, "a"));
    assert.equal(await open(options(() => 2, "b")), app);
    FakeClient.last?.fromElsewhere([{ slice: "cart", key: "lamp", json: "0" }]);
    assert.equal(app.state.cart.get("lamp"), 1);
  });

  test("refuses another configuration under the same name until it is closed", async () => {
    const open = opener(async () => Fake);
    const app = await open({ name: "shop", state: { cart: cart() } });
    const others = [
      { name: "shop", state: { cart: set() } },
      { name: "shop", state: { cart: map({ storage: "session" }) } },
      { name: "shop", state: { cart: map({ owner: "user" }) } },
      { name: "shop", state: { cart: map({ ttl: 1 }) } },
      { name: "shop", state: { cart: map({ version: 2 }) } },
      { name: "shop", state: { cart: map({ migrate: () => null }) } },
      { name: "shop", state: { cart: map({ initial: { a: 1 } }) } },
      { name: "shop", state: { cart: cart(), more: cart() } },
      { name: "shop", state: { cart: cart() }, requests: [{ match: "/a" }] },
      { name: "shop", state: { cart: cart() }, auth: { refresh: "/r", signOut: "/s" } },
    ];
    for (const other of others) await assert.rejects(open(other as OpenOptions<object>), { code: "bad-config" });
    app.close();
    const again = await open({ name: "shop", state: { cart: set() } });
    app.close();
    assert.equal(await open({ name: "shop", state: { cart: set() } }), again, "a second close forgets nothing of others");
  });

  test("tries again after a failure", async () => {
    let attempts = 0;
    const open = opener(async () => {
      if (attempts++ === 0) throw new Error("offline");
      return Fake;
    });
    const options = { name: "shop", state: { cart: cart() } };
    const [first, same] = [open(options), open(options)];
    await assert.rejects(first, { message: "offline" });
    await assert.rejects(same, { message: "offline" });
    assert.equal((await open(options)).state.cart.size, 0);
    assert.equal(attempts, 2);
  });

  test("passes on what the client refuses", async () => {
    const open = opener(async () => Fake);
    const requests = [{ match: "/", send: { crat: "body" } }] as never;
    await assert.rejects(open({ name: "shop", state: { cart: cart() }, requests }), { name: "HoldallError", code: "unknown-slice" });
  });

  test("refuses what can't be a configuration", async () => {
    const open = opener(async () => Fake);
    const wrong: [options: object, code: string][] = [
      [{ state: {} }, "bad-config"],
      [{ name: "", state: {} }, "bad-config"],
      [{ name: 5, state: {} }, "bad-config"],
      [{ name: "shop", state: { cart: map } }, "bad-config"],
      [{ name: "shop", state: { cart: null } }, "bad-config"],
      [{ name: "shop", state: { cart: {} } }, "bad-config"],
      [{ name: "shop", state: {}, requests: [{ match: () => true }] }, "not-encodable"],
      [{ name: "shop", state: { f: filters({ a: NaN, b: 0 }) } }, "not-encodable"],
    ];
    for (const [options, code] of wrong) await assert.rejects(() => open(options as never), { code });
  });

  test("names the option that is wrong, and says what it takes", async () => {
    const open = opener(async () => Fake);
    const wrong: [options: object, message: RegExp][] = [
      [{ requests: {} }, /requests .* array/],
      [{ requests: "/api/*" }, /requests .* array/],
      [{ requests: ["/api/*"] }, /requests .* array/],
      ...[
        "/auth",
        {},
        { refresh: "/r" },
        { refresh: "/r", signOut: "" },
        { refresh: "/r", clientId: "shop" },
        { refresh: new URL("http://localhost/r"), signOut: "/s" },
        { token: "/t" },
        { token: "/t", signOut: "/s" },
        { source: "auth0" },
        { refresh: "/r", signOut: "/s", source: () => null },
        { refresh: "/r", signOut: "/s", token: "/t", clientId: "shop" },
      ].map((auth) => [{ auth }, /auth takes refresh and signOut, token and clientId, or source/] as [object, RegExp]),
      [{ auth: { refresh: "/r", signOut: "/s", crsf: {} } }, /auth has no option crsf/],
      [{ rules: [] }, /open\(\) has no option rules, but these: name state auth requests/],
    ];
    for (const [options, message] of wrong) {
      await assert.rejects(open({ name: "shop", state: {}, ...options } as never), { name: "HoldallError", code: "bad-config", message });
    }
    const slices: [options: object, message: RegExp][] = [
      [{ storage: "locale" }, /storage must be local or session or memory/],
      [{ onwer: "user" }, /map\(\) has no option onwer, but these: initial storage owner /],
      [{ owner: "guest" }, /owner must be device or user/],
      [{ version: 2 ** 32 }, /version less than 2\^32/],
    ];
    for (const [options, message] of slices) assert.throws(() => map(options), { name: "HoldallError", code: "bad-config", message });
    for (const auth of [null, { refresh: "/r", signOut: "/s", source: undefined }]) {
      await open({ name: JSON.stringify(auth), state: { last: set({ version: 2 ** 32 - 1 }) }, auth: auth as never });
    }
  });

  test("refuses what can't be a slice's options", () => {
    const wrong: object[] = [
      { ttl: 0 },
      { ttl: -1 },
      { ttl: 1.5 },
      { ttl: Infinity },
      { ttl: NaN },
      { ttl: "1" },
      { version: 0 },
      { version: 1.5 },
      { migrate: {} },
      { schema: {} },
      { initial: 5 },
    ];
    const initial = { a: 1 };
    for (const options of wrong) {
      for (const make of [map, set] as ((options: object) => unknown)[]) assert.throws(() => make(options), { name: "HoldallError", code: "bad-config" });
      assert.throws(() => object({ initial, ...options }), { code: "bad-config" });
    }
    for (const wrong of [{}, { initial: [] }, { initial: null }]) assert.throws(() => object(wrong as never), { code: "bad-config" });
    assert.throws(() => map({ initial: [] as never }), { code: "bad-config" });
    for (const wrong of [{}, [{}], [null], [NaN]]) assert.throws(() => set({ initial: wrong as never }), { code: "bad-config" });
    for (const right of [map({ initial: {} }), set({ initial: [] }), map({ ttl: 1, version: 1 })]) assert.ok(right);
  });
});

describe("the configuration", () => {
  test("is what the wasm client reads", () => {
    createClient(Fake, {
      name: "shop",
      state: { cart: cart(), blocked: set({ storage: "session" }), filters: filters({ a: 1, b: 2 }) },
      auth: { refresh: "/r", signOut: "/s", csrf: { name: "X", value: "1" }, audience: ["https://api.example"] },
      requests: [
        { match: "/api/*", token: true },
        { match: "POST /c", token: "required", send: { cart: { in: "body", as: "c" }, blocked: false }, consume: ["cart"], redirect: "follow" },
      ],
    });
    assert.deepEqual(FakeClient.last?.config, {
      name: "shop",
      slices: [
        { name: "blocked", kind: "set", storage: "session" },
        { name: "cart", kind: "map", storage: "local" },
        { name: "filters", kind: "object", storage: "local", initial: { a: 1, b: 2 } },
      ],
      auth: { refresh: "/r", signOut: "/s", csrf: { name: "X", value: "1" }, audience: ["https://api.example"] },
      rules: [
        { match: "/api/*", token: true },
        { match: "POST /c", token: "required", send: { cart: { in: "body", as: "c" }, blocked: false }, consume: ["cart"], redirect: "follow" },
      ],
    });
  });

  test("has the slices' options, as far as they are no functions", () => {
    const migrate = () => null as never;
    const adopt = { key: "k", read: migrate };
    const schema = { "~standard": { version: 1, vendor: "test", validate: migrate } } as const;
    createClient(Fake, {
      name: "options",
      state: {
        all: map({ storage: "memory", owner: "user", ttl: 60_000, version: 3, migrate, adopt, initial: { z: { y: 1, x: 2 }, a: null } }),
        checked: set<string | number | boolean>({ schema, initial: ["b", 1, true], owner: "device", version: 1 }),
        plain: object({ initial: { b: 1, a: { initial: 2, a: 1 } }, adopt }),
      },
    });
    assert.deepEqual(FakeClient.last?.config.slices, [
      { name: "all", kind: "map", storage: "memory", owner: "user", ttl: 60_000, version: 3, check: true, initial: { z: { x: 2, y: 1 }, a: null } },
      { name: "checked", kind: "set", storage: "local", check: true, initial: ["b", 1, true] },
      { name: "plain", kind: "object", storage: "local", initial: { a: { a: 1, initial: 2 }, b: 1 } },
    ]);
    assert.deepEqual(Object.keys(FakeClient.last?.config.slices[0]?.initial ?? {}), ["z", "a"], "a map's order stays");
  });

  test("takes __proto__ for a slice's name like any other", () => {
    const state = JSON.parse('{"__proto__":0}') as Record<string, ReturnType<typeof cart>>;
    Object.defineProperty(state, "__proto__", { value: cart() });
    const app = createClient(Fake, { name: "shop", state });
    assert.deepEqual(Object.keys(app.state), ["__proto__"]);
    assert.match(configure({ name: "shop", state }), /"name":"__proto__"/);
  });
});

describe("open on a server", () => {
  const open = opener(async () => {
    throw new Error("a server loads no wasm");
  });
  const options = () => ({
    name: "shop",
    state: { cart: cart(), blocked: set(), filters: filters({ a: 1, b: 2 }) },
    auth: { refresh: "/r", signOut: "/s" },
  });

  test("gives each call a client of its own, with the initial state", async () => {
    const [app, other] = [await open(options()), await open(options())];
    assert.notEqual(app, other);
    const { cart, blocked, filters } = app.state;
    assert.deepEqual(filters.get(), { a: 1, b: 2 });
    assert.equal(filters.snapshot(), filters.snapshot());
    assert.equal(cart.get("lamp"), undefined);
    assert.equal(cart.snapshot(), cart.snapshot());
    assert.deepEqual([cart.size, blocked.size, blocked.has("ada")], [0, 0, false]);
    assert.equal(app.session.status, "signed-out");
    assert.equal(app.session.user, undefined);
    await app.session.ready;
    cart.subscribe(() => {})();
    app.on("request", () => {})();
    app.close();
  });

  test("shows the initial entries and members, too", async () => {
    // Deno has one.
    Object.defineProperty(globalThis, "localStorage", { value: { getItem: () => "{}" }, configurable: true });
    const asked = heard<string>();
    const { state } = await open({
      name: "shop",
      state: {
        pages: map<{ n: number } | null>({ initial: { welcome: { n: 1 }, about: null }, adopt: { key: "k", read: asked.listener as never } }),
        flags: set<string | number | boolean>({ initial: ["1", 1, true] }),
        checked: set({ initial: ["a", "b"], version: 2, migrate: (member) => member as string }),
      },
    });
    assert.deepEqual(asked.calls, []);
    assert.deepEqual([...state.pages], [["welcome", { n: 1 }], ["about", null]]);
    assert.deepEqual([state.pages.get("welcome"), state.pages.has("about"), state.pages.has("toString")], [{ n: 1 }, true, false]);
    assert.ok(Object.isFrozen(state.pages.get("welcome")));
    assert.equal(state.pages.snapshot(), state.pages.snapshot());
    assert.deepEqual([...state.flags], ["1", 1, true]);
    assert.deepEqual([state.flags.has(1), state.flags.has(2), state.flags.size], [true, false, 3]);
    assert.deepEqual([[...state.checked], state.checked.has("a"), state.checked.has("c")], [["a", "b"], true, false]);
  });

  test("refuses every write and every request with read-only", async () => {
    const { state, session, ...app } = await open(options());
    const writes = [
      () => state.cart.set("lamp", { qty: 1 }),
      () => state.cart.patch("lamp", { qty: 1 }),
      () => state.cart.increment("lamp", "qty", 1, { qty: 0 }),
      () => state.cart.delete("lamp"),
      () => state.cart.clear(),
      () => state.blocked.add("ada"),
      () => state.blocked.delete("ada"),
      () => state.blocked.clear(),
      () => state.filters.set({ a: 2, b: 2 }),
      () => state.filters.patch({ a: 2 }),
      () => state.filters.increment("a", 1),
      () => state.filters.clear(),
      () => app.transaction(() => {}),
      () => session.signIn({ access_token: "t", token_type: "Bearer" }),
      () => app.install(),
      () => app.export(),
    ];
    for (const write of writes) assert.throws(write, { name: "HoldallError", code: "read-only" });
    const requests = [() => app.fetch("http://localhost/"), () => app.prepare("http://localhost/"), () => session.token(), () => session.signOut()];
    for (const request of requests) await assert.rejects(request, { code: "read-only" });
    assert.deepEqual(state.filters.get(), { a: 1, b: 2 });
  });

  test("has a client for every operation of the real one", () => {
    const server = new ServerClient(configure(options()), { error: () => new Error(), changed() {}, event() {}, hears: () => false, source: async () => undefined, read: () => undefined, select: () => undefined, accepts: async () => true });
    for (const name of Object.getOwnPropertyNames(FakeClient.prototype).filter((name) => name in server)) {
      assert.equal(typeof server[name as keyof ServerClient], "function");
    }
  });
});
