// What slices promise, whatever client is behind them: run against the fake, and against the real module.
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { App } from "../src/client.js";
import { map, type MapSlice } from "../src/map.js";
import { object, type ObjectSlice } from "../src/object.js";
import type { OpenOptions } from "../src/options.js";
import { set, type SetSlice } from "../src/set.js";
import type { Json } from "../src/types.js";

export interface Line {
  title: string;
  qty: number;
  tags?: string[];
}

export interface Filters {
  unread: boolean;
  text: string;
  from: string[];
  shown: number;
}

interface State {
  cart: MapSlice<Line>;
  anything: MapSlice<Json>;
  blocked: SetSlice<string | number | boolean>;
  filters: ObjectSlice<Filters>;
}

export const lamp: Line = { title: "Lamp", qty: 1, tags: ["bright"] };

let count = 0;

export function options(): OpenOptions<State> {
  return {
    name: `test-${count++}`,
    state: {
      cart: map<Line>({ storage: "memory" }),
      anything: map({ storage: "memory" }),
      blocked: set<string | number | boolean>({ storage: "memory" }),
      filters: object<Filters>({ storage: "memory", initial: { unread: false, text: "", from: ["ada"], shown: 0 } }),
    },
  };
}

/** Collects what a listener is called with. */
export function heard<E>(): { calls: E[]; listener: (event: E) => void } {
  const calls: E[] = [];
  return { calls, listener: (event) => void calls.push(event) };
}

export function testSlices(backend: string, open: () => Promise<App<State>>): void {
  describe(`${backend}: map`, () => {
    test("gives what was set, frozen all the way down", async () => {
      const { cart } = (await open()).state;
      assert.equal(cart.get("lamp"), undefined);
      cart.set("lamp", lamp);
      const line = cart.get("lamp");
      assert.deepEqual(line, lamp);
      assert.ok(Object.isFrozen(line) && Object.isFrozen(line?.tags));
      assert.equal(cart.has("lamp"), true);
      assert.equal(cart.has("mug"), false);
    });

    test("patches, counts, deletes and clears", async () => {
      const { cart } = (await open()).state;
      cart.increment("mug", "qty", 2, { title: "Mug", qty: 0 });
      cart.increment("mug", "qty", 1, { title: "Cup", qty: 0 });
      cart.patch("mug", { title: "Big mug" });
      assert.deepEqual(cart.get("mug"), { title: "Big mug", qty: 3 });
      assert.equal(cart.delete("mug"), true);
      assert.equal(cart.delete("mug"), false);
      cart.set("a", lamp);
      cart.set("b", lamp);
      cart.clear();
      assert.equal(cart.size, 0);
    });

    test("refuses to patch or count what isn't there, and what is no number", async () => {
      const { cart } = (await open()).state;
      assert.throws(() => cart.patch("mug", { qty: 1 }), { name: "HoldallError", code: "no-entry" });
      assert.throws(() => cart.increment("mug", "qty", 1), { code: "no-entry" });
      cart.set("lamp", lamp);
      const line = cart.get("lamp");
      assert.throws(() => cart.increment("lamp", "title" as "qty", 1), { code: "not-a-number" });
      assert.throws(() => cart.increment("lamp", "qty", NaN), { code: "not-a-number" });
      assert.throws(() => cart.increment("lamp", "qty", "1" as unknown as number), { code: "not-a-number" });
      assert.throws(() => cart.patch("lamp", 5 as unknown as Line), { code: "not-encodable" });
      assert.equal(cart.get("lamp"), line);
    });

    test("keeps the identity of a snapshot, and of entries in it, until they change", async () => {
      const { cart } = (await open()).state;
      cart.set("lamp", lamp);
      cart.set("mug", { title: "Mug", qty: 1 });
      const first = cart.snapshot();
      assert.equal(cart.snapshot(), first);
      assert.deepEqual([...first.keys()], ["lamp", "mug"]);
      cart.increment("mug", "qty", 1);
      const second = cart.snapshot();
      assert.notEqual(second, first);
      assert.equal(second.get("lamp"), first.get("lamp"));
      assert.equal(second.get("mug")?.qty, 2);
      assert.equal(first.get("mug")?.qty, 1, "an old snapshot stays as it was");
      assert.equal(cart.get("mug"), second.get("mug"));
      cart.patch("lamp", { qty: 5 });
      assert.equal(cart.get("lamp")?.tags, second.get("lamp")?.tags, "an unchanged field keeps its identity");
    });

    test("gives the same snapshot if a change changes nothing", async () => {
      const { cart } = (await open()).state;
      cart.set("lamp", lamp);
      const before = cart.snapshot();
      cart.set("lamp", { ...lamp });
      assert.throws(() => cart.increment("mug", "qty", 1), { code: "no-entry" });
      assert.equal(cart.snapshot(), before);
    });

    test("sees a key that was deleted and set again move to the end", async () => {
      const { anything } = (await open()).state;
      anything.set("lamp", 1);
      anything.set("mug", 1);
      const before = anything.snapshot();
      anything.delete("lamp");
      anything.set("lamp", 1);
      assert.deepEqual([...anything.snapshot().keys()], ["mug", "lamp"]);
      assert.deepEqual([...before.keys()], ["lamp", "mug"]);
    });

    test("has snapshots that refuse to be changed", async () => {
      const { cart, blocked } = (await open()).state;
      cart.set("lamp", lamp);
      blocked.add("mallory");
      const lines = cart.snapshot() as Map<string, unknown>;
      const members = blocked.snapshot() as Set<unknown>;
      assert.throws(() => lines.set("mug", {}), TypeError);
      assert.throws(() => lines.delete("lamp"), TypeError);
      assert.throws(() => lines.clear(), TypeError);
      assert.throws(() => members.add("ada"), TypeError);
      assert.throws(() => members.delete("mallory"), TypeError);
      assert.throws(() => members.clear(), TypeError);
    });

    test("iterates over the entries there were at its start", async () => {
      const { cart } = (await open()).state;
      cart.set("a", lamp);
      cart.set("b", lamp);
      const seen: string[] = [];
      for (const [key] of cart) {
        seen.push(key);
        cart.delete("b");
        cart.set(`${key}+`, lamp);
      }
      assert.deepEqual(seen, ["a", "b"]);
      assert.deepEqual([...cart.keys()], ["a", "a+", "b+"]);
      assert.deepEqual([...cart.values()].length, 3);
      assert.deepEqual([...cart.entries()][0], ["a", lamp]);
    });

    test("holds any JSON, null too, and knows no special key", async () => {
      const { anything } = (await open()).state;
      const values: Json[] = [null, 0, "", false, [], {}, [1, { a: [null] }], "\u{1F600}\n\u0000"];
      values.forEach((value, index) => anything.set(`${index}`, value));
      assert.deepEqual([...anything.values()], values);
      assert.equal(anything.has("0"), true);
      for (const key of ["__proto__", "constructor", "", "10"]) {
        assert.equal(anything.has(key), false);
        anything.set(key, JSON.parse('{"__proto__": {"polluted": true}}') as Json);
        const value = anything.get(key) as object;
        assert.deepEqual(Object.keys(value), ["__proto__"]);
        assert.equal(Object.getPrototypeOf(value), Object.prototype);
      }
      assert.equal("polluted" in {}, false);
    });
  });

  describe(`${backend}: set`, () => {
    test("holds strings, numbers and booleans, and tells them apart", async () => {
      const { blocked } = (await open()).state;
      for (const member of ["1", 1, true, "true", ""]) blocked.add(member);
      blocked.add(1);
      assert.equal(blocked.size, 5);
      assert.deepEqual([...blocked], ["1", 1, true, "true", ""]);
      assert.equal(blocked.has(1), true);
      assert.equal(blocked.has(2), false);
      assert.equal(blocked.delete("1"), true);
      assert.equal(blocked.delete("1"), false);
      assert.equal(blocked.has(1), true);
      blocked.clear();
      assert.deepEqual([...blocked.values()], []);
    });

    test("keeps the identity of a snapshot until a member comes or goes", async () => {
      const { blocked } = (await open()).state;
      blocked.add("mallory");
      const before = blocked.snapshot();
      blocked.add("mallory");
      blocked.delete("trudy");
      assert.equal(blocked.snapshot(), before);
      blocked.add("trudy");
      assert.deepEqual([...before], ["mallory"]);
      assert.deepEqual([...blocked.snapshot()], ["mallory", "trudy"]);
    });

    test("refuses what isn't a scalar, and has none of it", async () => {
      const { blocked } = (await open()).state;
      for (const member of [null, undefined, NaN, Infinity, {}, [], 1n, Symbol(), "\ud800", () => 1]) {
        const wrong = member as unknown as string;
        assert.throws(() => blocked.add(wrong), { code: "not-encodable" });
        assert.equal(blocked.has(wrong), false);
        assert.equal(blocked.delete(wrong), false);
      }
    });
  });

  describe(`${backend}: object`, () => {
    test("starts as its initial value, and goes back to it", async () => {
      const { filters } = (await open()).state;
      assert.deepEqual(filters.get(), { unread: false, text: "", from: ["ada"], shown: 0 });
      filters.patch({ unread: true });
      filters.increment("shown", 2);
      assert.equal(filters.get("unread"), true);
      assert.equal(filters.get("shown"), 2);
      assert.equal(filters.get("text"), "");
      filters.set({ unread: true, text: "lamp", from: [], shown: 7 });
      assert.deepEqual(filters.snapshot(), { unread: true, text: "lamp", from: [], shown: 7 });
      filters.clear();
      assert.deepEqual(filters.get(), { unread: false, text: "", from: ["ada"], shown: 0 });
      assert.throws(() => filters.increment("text" as "shown", 1), { code: "not-a-number" });
    });

    test("keeps its identity, and that of its fields, until they change", async () => {
      const { filters } = (await open()).state;
      const before = filters.snapshot();
      assert.equal(filters.get(), before);
      assert.ok(Object.isFrozen(before) && Object.isFrozen(before.from));
      filters.patch({ text: "" });
      assert.equal(filters.snapshot(), before);
      filters.patch({ text: "lamp" });
      assert.notEqual(filters.snapshot(), before);
      assert.equal(filters.snapshot().from, before.from);
    });

    test("tells listeners which fields have changed", async () => {
      const { filters } = (await open()).state;
      const all = heard<readonly string[]>();
      const text = heard<readonly string[]>();
      filters.subscribe(all.listener);
      filters.subscribe(text.listener, "text");
      filters.patch({ unread: true });
      assert.deepEqual(text.calls, []);
      filters.patch({ unread: false, text: "lamp" });
      filters.patch({ text: "lamp" });
      assert.deepEqual(all.calls.map((fields) => [...fields].sort()), [["unread"], ["text", "unread"]]);
      assert.equal(text.calls.length, 1);
    });
  });

  describe(`${backend}: listeners`, () => {
    test("are called synchronously, with the keys, after the change", async () => {
      const { cart, blocked } = (await open()).state;
      const keys = heard<readonly string[]>();
      const members = heard<readonly unknown[]>();
      let qty: number | undefined;
      cart.subscribe(keys.listener);
      cart.subscribe(() => (qty = cart.get("lamp")?.qty));
      blocked.subscribe(members.listener);
      cart.set("lamp", lamp);
      assert.equal(qty, 1);
      blocked.add(1);
      blocked.add("1");
      assert.deepEqual(keys.calls, [["lamp"]]);
      assert.deepEqual(members.calls, [[1], ["1"]]);
    });

    test("can listen to one key", async () => {
      const { cart, blocked } = (await open()).state;
      const keys = heard<readonly string[]>();
      const one = heard<readonly unknown[]>();
      cart.subscribe(keys.listener, "lamp");
      blocked.subscribe(one.listener, 1);
      cart.set("mug", lamp);
      blocked.add("1");
      assert.equal(keys.calls.length + one.calls.length, 0);
      cart.set("lamp", lamp);
      cart.clear();
      blocked.add(1);
      assert.equal(keys.calls.length, 2);
      assert.equal(one.calls.length, 1);
    });

    test("end when unsubscribed, each alone", async () => {
      const { cart } = (await open()).state;
      const { calls, listener } = heard<readonly string[]>();
      const first = cart.subscribe(listener);
      const second = cart.subscribe(listener);
      cart.set("lamp", lamp);
      assert.equal(calls.length, 2);
      first();
      first();
      cart.delete("lamp");
      assert.equal(calls.length, 3);
      second();
      cart.set("lamp", lamp);
      assert.equal(calls.length, 3);
    });
  });

  describe(`${backend}: transaction`, () => {
    test("notifies once, and shows its changes inside", async () => {
      const app = await open();
      const { cart, blocked } = app.state;
      const keys = heard<readonly string[]>();
      const lamps = heard<readonly string[]>();
      cart.subscribe(keys.listener);
      cart.subscribe(lamps.listener, "lamp");
      cart.set("chair", lamp);
      cart.snapshot();
      const result = app.transaction(() => {
        cart.set("lamp", lamp);
        cart.increment("lamp", "qty", 2);
        cart.delete("chair");
        blocked.add("mallory");
        assert.equal(cart.get("lamp")?.qty, 3);
        assert.deepEqual([...cart.snapshot().keys()], ["lamp"]);
        assert.equal(blocked.has("mallory"), true);
        assert.equal(keys.calls.length, 1);
        return cart.size;
      });
      assert.equal(result, 1);
      assert.equal(keys.calls.length, 2);
      assert.deepEqual([...(keys.calls[1] ?? [])].sort(), ["chair", "lamp"]);
      assert.equal(lamps.calls.length, 1);
    });

    test("brings everything back if it throws, and throws on", async () => {
      const app = await open();
      const { cart, blocked, filters } = app.state;
      const keys = heard<readonly string[]>();
      cart.set("lamp", lamp);
      blocked.add("trudy");
      const [lines, line, members, filter] = [cart.snapshot(), cart.get("lamp"), blocked.snapshot(), filters.get()];
      cart.subscribe(keys.listener);
      blocked.subscribe((members) => keys.listener(members.map(String)));
      const failure = new Error("no");
      assert.throws(
        () =>
          app.transaction(() => {
            cart.increment("lamp", "qty", 1);
            cart.set("mug", lamp);
            cart.delete("lamp");
            blocked.add("mallory");
            filters.patch({ text: "lamp" });
            assert.equal(cart.size + blocked.size, 3);
            assert.equal(filters.get("text"), "lamp");
            assert.equal(cart.has("lamp"), false);
            blocked.clear();
            throw failure;
          }),
        (error) => error === failure,
      );
      assert.equal(cart.get("lamp"), line);
      assert.equal(cart.get("mug"), undefined);
      assert.equal(cart.snapshot(), lines);
      assert.equal(blocked.snapshot(), members);
      assert.equal(filters.get(), filter);
      assert.equal(keys.calls.length, 0);
      cart.increment("lamp", "qty", 1);
      assert.equal(cart.get("lamp")?.qty, 2);
    });

    test("refuses a promise and another transaction", async () => {
      const app = await open();
      const { cart } = app.state;
      const wait = async () => cart.set("lamp", lamp);
      assert.throws(() => app.transaction(wait as unknown as () => void), { code: "promise-in-transaction" });
      assert.equal(cart.size, 0);
      assert.throws(
        () =>
          app.transaction(() => {
            cart.set("lamp", lamp);
            app.transaction(() => cart.set("mug", lamp));
          }),
        { code: "nested-transaction" },
      );
      assert.equal(cart.size, 0);
      app.transaction(() => cart.set("lamp", lamp));
      assert.equal(cart.size, 1);
    });
  });
}
