// What `version`, `migrate` and `schema` promise, whatever client is behind them.
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as z from "zod";
import type { CorruptEvent, NewerVersionEvent } from "../src/events.js";
import { map } from "../src/map.js";
import { object } from "../src/object.js";
import type { StandardSchema } from "../src/schema.js";
import { set } from "../src/set.js";
import { again, task, uncaughtOf, uniqueName, type Open } from "./again.js";
import { heard } from "./slices.js";

export function testChecks(backend: string, open: Open): void {
  describe(`${backend}: migrate`, () => {
    interface Old {
      price: string;
    }
    interface New {
      cents: number;
      qty: number;
    }

    test("shows what it gives for older entries, and keeps that when the entry is changed", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<Old>() } });
      old.state.cart.set("lamp", { price: "49" });
      old.state.cart.set("mug", { price: "7" });

      const calls: unknown[][] = [];
      const migrate = (value: Old, key: string, from: number): New => {
        calls.push([value, key, from]);
        return { cents: Number(value.price) * 100, qty: 1 };
      };
      const renew = () => ({ name, state: { cart: map<New>({ version: 3, migrate }) } });
      const app = await again(old, open, renew());
      const { cart } = app.state;
      assert.deepEqual([...cart], [["lamp", { cents: 4900, qty: 1 }], ["mug", { cents: 700, qty: 1 }]]);
      assert.deepEqual(calls, [[{ price: "49" }, "lamp", 1], [{ price: "7" }, "mug", 1]]);
      assert.ok(Object.isFrozen(cart.get("lamp")));
      assert.equal(cart.get("lamp"), cart.snapshot().get("lamp"));
      assert.equal(cart.snapshot(), cart.snapshot());

      cart.increment("lamp", "qty", 2);
      assert.deepEqual(cart.get("lamp"), { cents: 4900, qty: 3 });
      cart.patch("mug", { cents: 800 });
      assert.deepEqual(cart.get("mug"), { cents: 800, qty: 1 });
      cart.set("pen", { cents: 100, qty: 1 });
      calls.length = 0;
      const later = await again(app, open, renew());
      assert.deepEqual([...later.state.cart.values()], [{ cents: 4900, qty: 3 }, { cents: 800, qty: 1 }, { cents: 100, qty: 1 }]);
      assert.deepEqual(calls, [], "what has been written since is of this version");
    });

    test("replaces a set's members", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { blocked: set() } });
      for (const member of ["Mallory", "TRUDY", "trudy", "spam"]) old.state.blocked.add(member);

      const calls: unknown[][] = [];
      const migrate = (member: string, ...others: unknown[]): string => {
        calls.push(others);
        return member.toLowerCase();
      };
      const app = await again(old, open, { name, state: { blocked: set({ version: 2, migrate }) } });
      const { blocked } = app.state;
      const removed = heard<readonly string[]>();
      const mallory = heard<readonly string[]>();
      blocked.subscribe(removed.listener);
      blocked.subscribe(mallory.listener, "mallory");
      assert.deepEqual([...blocked], ["mallory", "trudy", "spam"]);
      assert.deepEqual(calls, [["", 1], ["", 1], ["", 1], ["", 1]]);
      assert.deepEqual([blocked.size, blocked.has("mallory"), blocked.has("Mallory")], [3, true, false]);
      assert.equal(blocked.snapshot(), blocked.snapshot());
      assert.equal(blocked.delete("Mallory"), false);
      assert.equal(blocked.delete("mallory"), true);
      assert.equal(blocked.delete("mallory"), false);
      assert.equal(blocked.has("mallory"), false);
      assert.deepEqual(removed.calls, [["mallory"]]);
      assert.equal(mallory.calls.length, 1);
      assert.equal(blocked.delete("trudy"), true, "both of them");
      assert.deepEqual([...blocked], ["spam"]);
      blocked.add("Mallory");
      assert.deepEqual([...blocked], ["spam", "Mallory"], "what is put now is put as it is");
      removed.calls.length = 0;
      blocked.delete("Mallory");
      assert.deepEqual(removed.calls, [["Mallory"]]);
    });

    test("may replace them with booleans", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { answers: set() } });
      for (const member of ["yes", "no"]) old.state.answers.add(member);

      const migrate = (member: string): boolean => member === "yes";
      const app = await again(old, open, { name, state: { answers: set<boolean>({ version: 2, migrate }) } });
      const { answers } = app.state;
      assert.deepEqual([...answers], [true, false]);
      assert.equal(answers.delete(true), true);
      assert.deepEqual([...answers], [false]);
    });

    test("gets an object as a whole, and may leave to initial what is new", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { filters: object({ initial: { colour: "red" } }) } });
      old.state.filters.patch({ colour: "blue" });

      const seen: unknown[] = [];
      const migrate = (value: { colour: string }, key: string, from: number) => {
        seen.push(key, from);
        return { colours: [value.colour] } as { colours: string[]; sort: string };
      };
      const initial = { colours: [] as string[], sort: "price" };
      const renew = () => ({ name, state: { filters: object({ version: 2, migrate, initial }) } });
      const app = await again(old, open, renew());
      assert.deepEqual(app.state.filters.get(), { colours: ["blue"], sort: "price" });
      assert.deepEqual(seen, ["", 1]);
      app.state.filters.patch({ sort: "name" });
      assert.deepEqual(app.state.filters.get(), { colours: ["blue"], sort: "name" });
      seen.length = 0;
      const later = await again(app, open, renew());
      assert.deepEqual(later.state.filters.get(), { colours: ["blue"], sort: "name" });
      assert.deepEqual(seen, []);
      later.state.filters.clear();
      assert.deepEqual(later.state.filters.get(), initial);
    });

    test("hides, and reports, what it throws at, or has nothing for, or nothing that fits", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<string>(), blocked: set(), filters: object({ initial: { text: "secret" } }) } });
      for (const key of ["good", "throws", "nothing", "date"]) old.state.cart.set(key, `secret ${key}`);
      old.state.blocked.add("secret");
      old.state.filters.patch({ text: "my secret" });

      const migrate = (value: string, key: string): string => {
        if (key === "throws") throw new Error(`can't read ${value}`);
        const others: Record<string, unknown> = { good: "fine", date: new Date() };
        return others[key] as string;
      };
      const wrong = () => ["secret"] as never;
      const app = await again(old, open, {
        name,
        state: {
          cart: map<string>({ version: 2, migrate }),
          blocked: set({ version: 2, migrate: wrong }),
          filters: object({ version: 2, migrate: wrong, initial: { text: "" } }),
        },
      });
      const { calls, listener } = heard<CorruptEvent>();
      app.on("corrupt", listener);
      const { cart, blocked, filters } = app.state;
      assert.deepEqual([...cart], [["good", "fine"]]);
      assert.equal(cart.has("throws"), false);
      assert.equal(cart.get("nothing"), undefined);
      assert.deepEqual([...blocked], []);
      assert.equal(blocked.has("secret"), false);
      assert.deepEqual(filters.get(), { text: "" });

      await task();
      const byKey = (a: CorruptEvent, b: CorruptEvent) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
      assert.deepEqual([...calls].sort(byKey), [
        { slice: "blocked" },
        { slice: "cart", key: "date" },
        { slice: "cart", key: "nothing" },
        { slice: "cart", key: "throws" },
        { slice: "filters", key: "" },
      ]);
      assert.doesNotMatch(JSON.stringify(calls), /secret/);

      cart.set("throws", "again");
      filters.patch({ text: "again" });
      assert.deepEqual([cart.get("throws"), filters.get("text")], ["again", "again"]);
    });

    test("may be missing where the new version reads what the old one wrote", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<number>() } });
      old.state.cart.set("lamp", 1);
      const app = await again(old, open, { name, state: { cart: map<number>({ version: 2 }) } });
      assert.equal(app.state.cart.get("lamp"), 1);
    });

    test("may read the client", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<number>(), rates: map<number>() } });
      old.state.rates.set("eur", 2);
      old.state.cart.set("lamp", 1);
      old.state.cart.set("mug", 2);
      const seen: unknown[] = [];
      let app: typeof old | undefined;
      const migrate = (value: number): number => {
        // At open there is no client yet to ask.
        seen.push(app?.state.rates.get("eur"), app?.state.cart.size);
        return value * 2;
      };
      app = await again(old, open, { name, state: { cart: map<number>({ version: 2, migrate }), rates: map<number>() } });
      assert.deepEqual([...app.state.cart.values()], [2, 4]);
      assert.deepEqual(seen, [undefined, undefined, undefined, undefined]);
    });

    test("leaves what a newer version has written, and lets nobody change it", async () => {
      const name = uniqueName();
      const newer = await open({ name, state: { cart: map<number>({ version: 2 }), other: map<number>() } });
      newer.state.cart.set("lamp", 2);
      const older = await again(newer, open, { name, state: { cart: map<number>(), other: map<number>() } });
      const { calls, listener } = heard<NewerVersionEvent>();
      older.on("newer-version", listener);
      const { cart, other } = older.state;
      const changes = [
        () => cart.set("mug", 1),
        () => cart.delete("lamp"),
        () => cart.clear(),
        () => older.transaction(() => cart.set("mug", 1)),
      ];
      for (const change of changes) assert.throws(change, { name: "HoldallError", code: "newer-version" });
      other.set("mug", 1);
      await task();
      assert.ok(calls.length > 0);
      for (const { key, ...rest } of calls) assert.deepEqual([key.startsWith(`${name}/`), rest], [true, {}]);
      const last = await again(older, open, { name, state: { cart: map<number>({ version: 2 }), other: map<number>() } });
      assert.deepEqual([...last.state.cart], [["lamp", 2]]);
      assert.equal(last.state.other.get("mug"), 1);
    });
  });

  describe(`${backend}: schema`, () => {
    const line = z.object({ title: z.string(), qty: z.number().default(1) });

    test("hides, and reports, what it refuses, and shows what it gives", async () => {
      const name = uniqueName();
      const loose = await open({ name, state: { cart: map(), flags: set(), filters: object<Record<string, string>>({ initial: {} }) } });
      loose.state.cart.set("lamp", { title: "Lamp", qty: 2 });
      loose.state.cart.set("mug", { title: "Mug", colour: "red" });
      loose.state.cart.set("pen", { title: 5 });
      loose.state.flags.add("new");
      loose.state.flags.add("gone");
      loose.state.filters.set({ sort: "secret" });

      const state = () => ({
        cart: map({ schema: line }),
        flags: set({ schema: z.enum(["new", "used"]) }),
        filters: object({ schema: z.object({ sort: z.enum(["name", "price"]) }), initial: { sort: "name" } }),
      });
      const app = await again(loose, open, { name, state: state() });
      const { calls, listener } = heard<CorruptEvent>();
      app.on("corrupt", listener);
      const { cart, flags, filters } = app.state;
      assert.deepEqual([...cart], [["lamp", { title: "Lamp", qty: 2 }], ["mug", { title: "Mug", qty: 1 }]]);
      assert.deepEqual([...flags], ["new"]);
      assert.deepEqual(filters.get(), { sort: "name" });
      await task();
      assert.deepEqual(new Set(calls.map((detail) => JSON.stringify(detail))), new Set(['{"slice":"cart","key":"pen"}', '{"slice":"flags"}', '{"slice":"filters","key":""}']));

      cart.set("pen", { title: "Pen", qty: 5 });
      const later = await again(app, open, { name, state: state() });
      assert.deepEqual([...later.state.cart.keys()].sort(), ["lamp", "mug", "pen"]);
    });

    test("checks what migrate gives, and not what this page puts", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<string>() } });
      old.state.cart.set("lamp", "Lamp");
      const checked: unknown[] = [];
      const schema: StandardSchema<{ title: string }> = {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) => {
            checked.push(value);
            return { value: value as { title: string } };
          },
        },
      };
      const app = await again(old, open, { name, state: { cart: map({ version: 2, schema, migrate: (title: string) => ({ title }) }) } });
      assert.deepEqual(app.state.cart.get("lamp"), { title: "Lamp" });
      app.state.cart.set("mug", { title: "Mug" });
      assert.deepEqual([...app.state.cart.keys()], ["lamp", "mug"]);
      assert.deepEqual(checked, [{ title: "Lamp" }]);
    });

    test("may give a value along with what is wrong with it", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<number>() } });
      old.state.cart.set("lamp", 1);
      const validate = (value: unknown) => ({ value, issues: [{ message: "no" }] });
      const schema = { "~standard": { version: 1, vendor: "test", validate } } as StandardSchema<number>;
      assert.equal((await again(old, open, { name, state: { cart: map({ schema }) } })).state.cart.size, 0);
    });

    test("can't be asynchronous: that hides, and is reported once, as nobody's error", async () => {
      const name = uniqueName();
      const old = await open({ name, state: { cart: map<string>(), saved: map<string>() } });
      for (const key of ["lamp", "mug"]) {
        old.state.cart.set(key, "secret");
        old.state.saved.set(key, "secret");
      }
      const validate = () => Promise.reject(new Error("secret"));
      const errors = await uncaughtOf(async () => {
        const app = await again(old, open, {
          name,
          state: {
            cart: map({ schema: z.string().refine(async () => true) }),
            saved: map({ schema: { "~standard": { version: 1, vendor: "test", validate } } as StandardSchema<string> }),
          },
        });
        assert.deepEqual([app.state.cart.size, app.state.saved.size], [0, 0]);
      });
      assert.deepEqual(errors.map(({ name, code }) => [name, code]), [["HoldallError", "bad-config"], ["HoldallError", "bad-config"]]);
      assert.deepEqual(errors.map(({ message }) => message.split(":")[0]), ["cart", "saved"]);
      assert.doesNotMatch(errors.map(({ message }) => message).join(), /secret/);
    });
  });
}
