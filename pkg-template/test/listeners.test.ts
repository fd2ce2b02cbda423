import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient } from "../src/client.js";
import { map } from "../src/map.js";
import { uniqueName } from "./again.js";
import { Fake, FakeClient } from "./fake.js";
import { microtask, open } from "./open-fake.js";
import { heard, lamp } from "./slices.js";

describe("listeners", () => {
  test("that throw starve nobody, and are reported as uncaught", () => {
    const { cart } = open();
    const { calls, listener } = heard<readonly string[]>();
    const failure = new Error("from a listener");
    cart.subscribe(() => {
      throw failure;
    });
    cart.subscribe(listener);
    const [report, ...others] = microtasksOf(() => cart.set("lamp", lamp));
    assert.equal(calls.length, 1);
    assert.ok(report);
    assert.throws(report, (error) => error === failure);
    assert.equal(others.length, 0);
  });

  test("may unsubscribe others and subscribe while they are called", () => {
    const { cart } = open();
    const late = heard<readonly string[]>();
    const removed = heard<readonly string[]>();
    const last = heard<readonly string[]>();
    const off = cart.subscribe(() => {
      off();
      remove();
      cart.subscribe(late.listener);
    });
    const remove = cart.subscribe(removed.listener);
    cart.subscribe(last.listener);
    cart.set("lamp", lamp);
    assert.deepEqual([late.calls.length, removed.calls.length, last.calls.length], [0, 0, 1]);
    cart.set("mug", lamp);
    assert.deepEqual([late.calls.length, removed.calls.length, last.calls.length], [1, 0, 2]);
  });

  test("may change something themselves; all hear of all changes in the same order", () => {
    const { app, cart, blocked } = open();
    const order: string[] = [];
    cart.subscribe(([key]) => {
      order.push(`first ${key}`);
      if (key !== "lamp") return;
      app.transaction(() => {
        cart.set("mug", lamp);
        blocked.add("mallory");
      });
      assert.equal(cart.has("mug"), true);
    });
    cart.subscribe(([key]) => order.push(`second ${key}`));
    blocked.subscribe(([member]) => order.push(`blocked ${String(member)}`));
    cart.set("lamp", lamp);
    assert.deepEqual(order, ["first lamp", "second lamp", "first mug", "second mug", "blocked mallory"]);
  });

  test("may close the client: nobody else is called then", async () => {
    const { app, fake, cart, blocked } = open();
    const late = heard<unknown>();
    cart.subscribe(() => app.close());
    cart.subscribe(late.listener);
    blocked.subscribe(late.listener);
    fake.fromElsewhere([{ slice: "cart", key: "lamp", json: "{}" }, { slice: "blocked", key: "1", json: "true" }]);
    await microtask();
    assert.equal(late.calls.length, 0);
  });

  test("are told of what a listener undoes by throwing in a transaction, nothing", () => {
    const { app, cart } = open();
    const { calls, listener } = heard<readonly string[]>();
    const failure = new Error("undone");
    cart.subscribe(([key]) => {
      if (key !== "lamp") return;
      app.transaction(() => {
        cart.set("mug", lamp);
        throw failure;
      });
    });
    cart.subscribe(listener);
    const [report] = microtasksOf(() => cart.set("lamp", lamp));
    assert.ok(report);
    assert.throws(report, (error) => error === failure);
    assert.deepEqual(calls, [["lamp"]]);
    assert.deepEqual([...cart.keys()], ["lamp"]);
  });

  test("aren't called by a change that failed", () => {
    const { cart } = open();
    const { calls, listener } = heard<readonly string[]>();
    cart.subscribe(listener);
    assert.throws(() => cart.increment("mug", "qty", 1), { code: "no-entry" });
    assert.equal(calls.length, 0);
  });

  test("work unbound, as React calls them", () => {
    const { cart } = open();
    const { subscribe, snapshot, set } = cart;
    const { calls, listener } = heard<readonly string[]>();
    subscribe(listener);
    set("lamp", lamp);
    assert.equal(snapshot().size, 1);
    assert.equal(calls.length, 1);
  });
});

describe("changes from elsewhere", () => {
  test("are visible whole when the first listener hears of them", async () => {
    const { fake, cart, blocked } = open();
    cart.snapshot();
    blocked.snapshot();
    const seen: number[][] = [];
    const look = () => void seen.push([cart.size, blocked.size]);
    cart.subscribe(look);
    blocked.subscribe(look);
    fake.fromElsewhere([
      { slice: "cart", key: "lamp", json: JSON.stringify(lamp) },
      { slice: "blocked", key: '"mallory"', json: "true" },
    ]);
    assert.equal(cart.size, 1, "read before the listeners are called");
    await microtask();
    assert.deepEqual(seen, [[1, 1], [1, 1]]);
  });

  test("replace just what they change", async () => {
    const { fake, cart } = open();
    cart.set("lamp", lamp);
    cart.set("mug", lamp);
    const [line, before] = [cart.get("lamp"), cart.snapshot()];
    fake.fromElsewhere([{ slice: "cart", key: "mug" }]);
    assert.equal(cart.get("mug"), undefined);
    assert.equal(cart.snapshot().get("lamp"), line);
    assert.notEqual(cart.snapshot(), before);
  });

  test("are told to who listens to one key, member or field, once for all of a transaction", async () => {
    const { fake, cart, blocked, filters } = open();
    filters.snapshot();
    const lamps = heard<readonly string[]>();
    const ones = heard<readonly unknown[]>();
    const texts = heard<readonly string[]>();
    cart.subscribe(lamps.listener, "lamp");
    blocked.subscribe(ones.listener, 1);
    filters.subscribe(texts.listener, "text");
    const put = (slice: string, key: string, value: unknown) => ({ slice, key, json: JSON.stringify(value) });
    fake.fromElsewhere([
      put("cart", "lamp", lamp),
      put("cart", "mug", lamp),
      put("blocked", "1", true),
      put("blocked", '"1"', true),
      put("filters", "", { ...filters.get(), text: "lamp", unread: true }),
    ]);
    await microtask();
    assert.deepEqual(lamps.calls, [["lamp", "mug"]]);
    assert.deepEqual(ones.calls, [[1, "1"]]);
    assert.deepEqual(texts.calls.map((fields) => [...fields].sort()), [["text", "unread"]]);
    fake.fromElsewhere([{ slice: "cart", key: "mug" }, { slice: "blocked", key: '"1"' }, put("filters", "", { ...filters.get(), shown: 1 })]);
    await microtask();
    assert.deepEqual([lamps.calls.length, ones.calls.length, texts.calls.length], [1, 1, 1]);
  });

  test("are migrated and checked before they are told, by a function that may read the client", async () => {
    const seen: unknown[] = [];
    const app = createClient(Fake, {
      name: uniqueName(),
      state: {
        cart: map<number>({
          version: 2,
          migrate: (value: number, key) => {
            seen.push([key, app.state.cart.get("lamp"), [...app.state.cart.keys()], app.state.rate.get("eur")]);
            return value * 10;
          },
        }),
        rate: map<number>({ initial: { eur: 2 } }),
      },
    });
    const { cart } = app.state;
    const told: unknown[] = [];
    cart.subscribe((keys) => told.push([...keys, ...cart.values()]));
    cart.set("lamp", 1);
    const before = cart.snapshot();
    FakeClient.last?.fromElsewhere([{ slice: "cart", key: "mug", json: "5", version: 1 }, { slice: "cart", key: "pen", json: "6", version: 2 }]);
    assert.deepEqual([...cart], [["lamp", 1], ["mug", 50], ["pen", 6]]);
    assert.notEqual(cart.snapshot(), before);
    await microtask();
    assert.deepEqual(seen, [["mug", 1, ["lamp"], 2]]);
    assert.deepEqual(told, [["lamp", 1], ["mug", "pen", 1, 50, 6]]);
  });
});

/** Runs `body`, and gives the jobs that it left for the microtask instead of running them. */
function microtasksOf(body: () => void): (() => void)[] {
  const original = globalThis.queueMicrotask;
  const jobs: (() => void)[] = [];
  globalThis.queueMicrotask = (job) => void jobs.push(job);
  try {
    body();
  } finally {
    globalThis.queueMicrotask = original;
  }
  return jobs;
}
