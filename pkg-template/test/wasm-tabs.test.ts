// Two tabs with the built module, if there is one in dist.
import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import * as z from "zod";
import type { CorruptEvent, NewerVersionEvent } from "../src/events.js";
import { map } from "../src/map.js";
import { object } from "../src/object.js";
import { set } from "../src/set.js";
import { task, uniqueName } from "./again.js";
import { pretendToBeAPage } from "./page.js";
import { heard } from "./slices.js";

const dist = new URL("../../dist/", import.meta.url);

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  pretendToBeAPage();
  // Each has a registry of its own, so that both can open the same name.
  const tab = async (number: number) =>
    ((await import(new URL(`index.js?tab=${number}`, dist).href)) as typeof import("../src/index.js")).open;
  const [open, openElsewhere] = [await tab(1), await tab(2)];

  describe("wasm: two tabs", () => {
    test("tell who listens to one key, member or field, once for all of a transaction", async () => {
      const options = () => ({
        name: uniqueName(),
        state: { cart: map<{ qty: number }>(), flags: set(), filters: object({ initial: { text: "", n: 0 } }) },
      });
      const { name, state } = options();
      const [here, there] = [await open({ name, state }), await openElsewhere({ ...options(), name })];
      const lamps = heard<readonly string[]>();
      const flags = heard<readonly string[]>();
      const texts = heard<readonly string[]>();
      here.state.cart.set("lamp", { qty: 1 });
      await task();
      here.state.cart.subscribe(lamps.listener, "lamp");
      here.state.flags.subscribe(flags.listener, "new");
      here.state.filters.subscribe(texts.listener, "text");

      there.transaction(() => {
        there.state.cart.set("mug", { qty: 1 });
        there.state.cart.increment("lamp", "qty", 1);
        there.state.flags.add("new");
        there.state.filters.patch({ text: "lamp", n: 1 });
      });
      here.state.cart.increment("lamp", "qty", 1);
      assert.equal(lamps.calls.length, 1);
      await task();
      assert.deepEqual(lamps.calls.slice(1).map((keys) => [...keys].sort()), [["lamp", "mug"]]);
      assert.deepEqual(flags.calls, [["new"]]);
      assert.deepEqual(texts.calls.map((fields) => [...fields].sort()), [["n", "text"]]);
      assert.equal(here.state.cart.get("lamp")?.qty, 3);

      const before = here.state.cart.snapshot();
      there.state.cart.increment("mug", "qty", 1);
      there.state.filters.patch({ n: 2 });
      await task();
      assert.deepEqual([lamps.calls.length, texts.calls.length], [2, 1]);
      assert.notEqual(here.state.cart.snapshot(), before);
      assert.equal(here.state.cart.snapshot().get("lamp"), before.get("lamp"));
      assert.deepEqual([...there.state.cart], [...here.state.cart]);
    });

    test("migrate and check what the other one writes before they tell of it", async () => {
      const name = uniqueName();
      const seen: unknown[] = [];
      const old = await openElsewhere({ name, state: { cart: map<string>(), rates: map<number>() } });
      const migrate = (value: string, key: string): number => {
        seen.push([key, app.state.rates.get("eur")]);
        return Number(value);
      };
      const schema = z.number();
      const app = await open({ name, state: { cart: map({ version: 2, migrate, schema }), rates: map<number>() } });
      app.state.rates.set("eur", 2);
      const told: unknown[] = [];
      const corrupt = heard<CorruptEvent>();
      app.state.cart.subscribe((keys) => told.push([...keys, ...app.state.cart.values()]));
      app.on("corrupt", corrupt.listener);

      old.state.cart.set("lamp", "1");
      await task();
      assert.deepEqual(seen, [["lamp", 2]]);
      assert.deepEqual(told, [["lamp", 1]]);
      old.state.cart.set("mug", "secret");
      await task();
      assert.deepEqual([...app.state.cart], [["lamp", 1]]);
      assert.deepEqual(corrupt.calls, [{ slice: "cart", key: "mug" }]);
    });

    test("of which one is older: it reads on, and can't change what the newer one has written", async () => {
      const name = uniqueName();
      const older = await open({ name, state: { cart: map<number>(), other: map<number>() } });
      older.state.cart.set("lamp", 1);
      await task();
      const newer = await openElsewhere({ name, state: { cart: map<number>({ version: 2 }), other: map<number>() } });
      const { calls, listener } = heard<NewerVersionEvent>();
      older.on("newer-version", listener);
      newer.state.cart.set("mug", 2);
      await task();
      assert.ok(calls.length > 0);
      for (const { key, ...rest } of calls) assert.deepEqual([key.startsWith(`${name}/`), rest], [true, {}]);
      assert.equal(older.state.cart.get("lamp"), 1);
      assert.throws(() => older.state.cart.set("pen", 3), { code: "newer-version" });
      older.state.other.set("pen", 3);
      await task();
      assert.equal(newer.state.other.get("pen"), 3);
      assert.deepEqual([...newer.state.cart], [["lamp", 1], ["mug", 2]]);
    });
  });
} else {
  describe.skip("wasm: there is no module in dist yet", () => {});
}
