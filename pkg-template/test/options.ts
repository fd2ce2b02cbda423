// What `ttl`, `initial`, `adopt`, `owner` and `export` promise, whatever client is behind them.
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as z from "zod";
import type { CorruptEvent } from "../src/events.js";
import { map } from "../src/map.js";
import { object } from "../src/object.js";
import { set } from "../src/set.js";
import { again, task, uniqueName, type Open } from "./again.js";
import { heard } from "./slices.js";

export function testOptions(backend: string, open: Open): void {
  describe(`${backend}: ttl`, () => {
    test("hides at once what nobody has changed for so long", async () => {
      await withClock(async (pass) => {
        const name = uniqueName();
        const options = () => ({
          name,
          state: {
            cart: map<{ qty: number }>({ ttl: 1000 }),
            seen: set({ ttl: 1000 }),
            filters: object({ ttl: 1000, initial: { text: "" } }),
          },
        });
        const app = await open(options());
        const { cart, seen, filters } = app.state;
        cart.set("lamp", { qty: 1 });
        cart.set("mug", { qty: 1 });
        seen.add("ada");
        filters.patch({ text: "lamp" });
        const [lines, line, members, filter] = [cart.snapshot(), cart.get("lamp"), seen.snapshot(), filters.get()];

        pass(600);
        cart.increment("mug", "qty", 1);
        pass(399);
        assert.equal(cart.get("lamp"), line);
        assert.equal(seen.snapshot(), members);
        assert.equal(filters.get(), filter);
        assert.equal(cart.snapshot(), cart.snapshot());
        assert.equal(cart.snapshot().get("lamp"), line);

        pass(1);
        assert.deepEqual([cart.get("lamp"), cart.has("lamp"), cart.size], [undefined, false, 1]);
        assert.deepEqual([...cart], [["mug", { qty: 2 }]]);
        assert.deepEqual([seen.has("ada"), seen.size, filters.get("text")], [false, 0, ""]);
        assert.equal(lines.get("lamp"), line, "an old snapshot stays as it was");
        assert.equal(cart.snapshot(), cart.snapshot());
        assert.throws(() => cart.increment("lamp", "qty", 1), { code: "no-entry" });

        cart.set("lamp", { qty: 5 });
        assert.deepEqual(cart.get("lamp"), { qty: 5 });
        const later = await again(app, open, options());
        assert.deepEqual([later.state.cart.size, later.state.seen.size], [2, 0]);
        pass(1000);
        assert.equal(later.state.cart.size, 0);
      });
    });
  });

  test(`${backend}: expiry is told, once`, async () => {
    const { cart } = (await open({ name: uniqueName(), state: { cart: map<number>({ ttl: 50 }) } })).state;
    cart.set("lamp", 1);
    const { calls, listener } = heard<readonly string[]>();
    cart.subscribe(() => assert.equal(cart.size, 0));
    cart.subscribe(listener, "lamp");
    const start = performance.now();
    while (calls.length === 0 && performance.now() - start < 5000) await task();
    assert.deepEqual(calls, [["lamp"]]);
    await task();
    assert.equal(calls.length, 1);
  });

  describe(`${backend}: initial`, () => {
    test("is put once, in its order, and then is like everything else", async () => {
      const name = uniqueName();
      const options = () => ({
        name,
        state: {
          pages: map<{ n: number }>({ initial: { welcome: { n: 1 }, about: { n: 2 }, "": { n: 3 } } }),
          flags: set<string | number>({ initial: ["new", "1", 1] }),
        },
      });
      const app = await open(options());
      assert.deepEqual([...app.state.pages], [["welcome", { n: 1 }], ["about", { n: 2 }], ["", { n: 3 }]]);
      assert.deepEqual([...app.state.flags], ["new", "1", 1]);
      app.state.pages.delete("about");
      app.state.pages.increment("welcome", "n", 1);
      app.state.flags.clear();
      const later = await again(app, open, options());
      assert.deepEqual([...later.state.pages], [["welcome", { n: 2 }], ["", { n: 3 }]]);
      assert.deepEqual([...later.state.flags], []);
      const other = { pages: map<{ n: number }>({ initial: { contact: { n: 4 } } }), flags: set<string | number>() };
      const last = await again(later, open, { name, state: other });
      assert.equal(last.state.pages.has("contact"), false, "the slice isn't new");
    });

    test("gives an object its fields, and nothing that all objects have", async () => {
      const { counts } = (await open({ name: uniqueName(), state: { counts: object<Record<string, number>>({ initial: { n: 1 } }) } })).state;
      const fields = ["n", "constructor", "__proto__", "toString"];
      assert.deepEqual(fields.map((field) => counts.get(field)), [1, undefined, undefined, undefined]);
      counts.set(JSON.parse('{"__proto__":2,"constructor":3}') as Record<string, number>);
      assert.deepEqual(fields.map((field) => counts.get(field)), [undefined, 3, 2, undefined]);
    });
  });

  describe(`${backend}: adopt`, () => {
    test("takes over what isn't there yet, once", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<number>() } });
      old.state.cart.set("lamp", 1);
      localStorage.setItem(`${name}-old`, '{"cart":{"mug":7,"lamp":9},"blocked":["ada",1],"filters":{"text":"lamp"}}');
      const from = <K extends string>(member: K) => ({
        key: `${name}-old`,
        read: (text: string) => (JSON.parse(text) as Record<K, never>)[member],
      });
      const options = () => ({
        name,
        state: {
          cart: map<number>({ adopt: from("cart") }),
          blocked: set<string | number>({ adopt: from("blocked") }),
          filters: object({ adopt: from("filters"), initial: { text: "", inStock: true } }),
          nothing: map({ adopt: from("nothing") }),
        },
      });
      const app = await again(old, open, options());
      assert.deepEqual([...app.state.cart], [["lamp", 1], ["mug", 7]]);
      assert.deepEqual([...app.state.blocked], ["ada", 1]);
      assert.deepEqual(app.state.filters.get(), { text: "lamp", inStock: true });
      assert.equal(app.state.nothing.size, 0);
      app.state.cart.clear();
      app.state.blocked.delete("ada");
      app.state.filters.clear();
      const later = await again(app, open, options());
      assert.deepEqual([later.state.cart.size, later.state.blocked.size, later.state.filters.get("text")], [0, 1, ""]);
      assert.ok(localStorage.getItem(`${name}-old`), "it isn't ours to remove");
    });

    test("takes maps and sets, and checks with the schema", async () => {
      const name = uniqueName();
      localStorage.setItem(name, "a=1;b=x");
      const pairs = (text: string) => text.split(";").map((pair) => pair.split("=") as [string, string]);
      const app = await open({
        name,
        state: {
          cart: map({
            schema: z.union([z.number(), z.string()]).pipe(z.coerce.number()),
            adopt: { key: name, read: (text) => new Map<string, never>(pairs(text) as never) },
          }),
          keys: set({ adopt: { key: name, read: (text) => new Set(pairs(text).map(([key]) => key)) } }),
        },
      });
      const { calls, listener } = heard<CorruptEvent>();
      app.on("corrupt", listener);
      await task();
      assert.deepEqual([...app.state.cart], [["a", 1]]);
      assert.deepEqual([...app.state.keys], ["a", "b"]);
      assert.deepEqual(calls, [{ slice: "cart", key: "b" }]);
    });

    test("reports what can't be read, takes nothing of it, and tries again", async () => {
      const name = uniqueName();
      localStorage.setItem(name, "secret");
      let parse: (text: string) => unknown = JSON.parse;
      const options = () => ({
        name,
        state: {
          cart: map({ adopt: { key: name, read: (text) => parse(text) as Record<string, never> } }),
          none: map({ adopt: { key: `${name}-none`, read: () => JSON.parse("never called") as never } }),
        },
      });
      let app = await open(options());
      const refused = [() => ({ good: 1, bad: new Date() }), () => null, () => ({ bad: 1n })];
      for (const next of refused) {
        const { calls, listener } = heard<CorruptEvent>();
        app.on("corrupt", listener);
        await task();
        assert.deepEqual(calls, [{ slice: "cart", key: name }]);
        assert.equal(app.state.cart.size, 0);
        parse = next;
        app = await again(app, open, options());
      }
      parse = () => ({ good: 1 });
      app = await again(app, open, options());
      assert.deepEqual([...app.state.cart], [["good", 1]]);
    });
  });

  describe(`${backend}: owner`, () => {
    const token = { access_token: "t", token_type: "Bearer", expires_in: 300 };
    const options = () => ({
      name: uniqueName(),
      state: { cart: map<number>({ owner: "user" }), blocked: set({ owner: "user" }), theme: object({ initial: { dark: false } }) },
      auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
    });

    test("joins a guest's into the user's, hides it at sign-out, and shows it to nobody else", async () => {
      const app = await open(options());
      const { state, session } = app;
      const { calls, listener } = heard<readonly string[]>();
      state.cart.set("lamp", 1);
      state.theme.patch({ dark: true });
      session.signIn(token, { user: { sub: "ada" } });
      assert.deepEqual([...state.cart], [["lamp", 1]]);
      state.cart.set("mug", 2);
      state.blocked.add("mallory");

      state.cart.subscribe(listener);
      await session.signOut().catch(() => {});
      assert.deepEqual([state.cart.size, state.cart.get("lamp"), state.blocked.size, state.theme.get("dark")], [0, undefined, 0, true]);
      assert.deepEqual(calls.map((keys) => [...keys].sort()), [["lamp", "mug"]]);

      session.signIn(token, { user: { sub: "bob" } });
      assert.equal(state.cart.size, 0);
      state.cart.set("pen", 3);
      state.blocked.add("Bob's");
      await session.signOut().catch(() => {});
      state.cart.set("guest", 4);
      session.signIn(token, { user: { sub: "ada" } });
      assert.deepEqual([...state.cart].sort(), [["guest", 4], ["lamp", 1], ["mug", 2]]);
      assert.deepEqual([...state.blocked], ["mallory"]);
      await task();
      assert.match(app.export(), /mallory/);
      assert.doesNotMatch(app.export(), /Bob's/, "nor is it exported");
      app.close();
    });

    test("has what it holds migrated when it is shown", async () => {
      const { name, auth } = options();
      const old = await open({ name, auth, state: { cart: map<string>({ owner: "user" }) } });
      old.session.signIn(token, { user: { sub: "ada" } });
      old.state.cart.set("lamp", "1");
      await old.session.signOut().catch(() => {});
      old.state.cart.set("mug", "2");
      const state = { cart: map<number>({ owner: "user", version: 2, migrate: (value) => Number(value) }) };
      const app = await again(old, open, { name, auth, state });
      assert.deepEqual([...app.state.cart], [["mug", 2]]);
      app.session.signIn(token, { user: { sub: "ada" } });
      assert.deepEqual([...app.state.cart].sort(), [["lamp", 1], ["mug", 2]]);
      app.close();
    });

    test("is deleted by a sign-out that erases", async () => {
      const app = await open(options());
      const { state, session } = app;
      session.signIn(token, { user: { sub: "ada" } });
      state.cart.set("lamp", 1);
      await session.signOut({ erase: true }).catch(() => {});
      assert.equal(state.cart.size, 0);
      await task();
      assert.doesNotMatch(app.export(), /lamp/);
      session.signIn(token, { user: { sub: "ada" } });
      assert.equal(state.cart.size, 0);
      app.close();
    });
  });

  describe(`${backend}: export`, () => {
    test("gives all that is stored under the name, and nothing else, as JSON", async () => {
      const other = await open({ name: uniqueName(), state: { notes: map<string>() } });
      other.state.notes.set("a", "somebody else's");
      const app = await open({ name: uniqueName(), state: { notes: map<string>(), "more/notes": set() } });
      app.state.notes.set("a", "mine");
      app.state["more/notes"].add("mine too");
      await task();
      const text = app.export();
      assert.ok(typeof JSON.parse(text) === "object");
      assert.match(text, /mine/);
      assert.match(text, /mine too/);
      assert.doesNotMatch(text, /somebody/);
    });
  });
}

/** Runs `body` with a clock that goes on only when it is told to. */
async function withClock(body: (pass: (milliseconds: number) => void) => Promise<void>): Promise<void> {
  const original = Date.now;
  let now = original();
  Date.now = () => now;
  try {
    await body((milliseconds) => (now += milliseconds));
  } finally {
    Date.now = original;
  }
}
