import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient } from "../src/client.js";
import { map } from "../src/map.js";
import { again, task, uniqueName } from "./again.js";
import { testChecks } from "./checks.js";
import { Fake, FakeClient } from "./fake.js";
import { testOptions } from "./options.js";
import { MemoryStorage } from "./page.js";
import { heard } from "./slices.js";

Object.defineProperty(globalThis, "localStorage", { value: new MemoryStorage(), configurable: true });

const open: Parameters<typeof testOptions>[1] = async (options) => createClient(Fake, options);
testChecks("fake", open);
testOptions("fake", open);

describe("adopt", () => {
  test("finds nothing where storage is blocked", async () => {
    const original = Object.getOwnPropertyDescriptor(globalThis, "localStorage") ?? {};
    const get = () => {
      throw new DOMException("blocked", "SecurityError");
    };
    Object.defineProperty(globalThis, "localStorage", { get, configurable: true });
    try {
      const app = createClient(Fake, { name: uniqueName(), state: { cart: map({ adopt: { key: "k", read: JSON.parse } }) } });
      const { calls, listener } = heard<object>();
      app.on("corrupt", listener);
      await task();
      assert.equal(app.state.cart.size, 0);
      assert.deepEqual(calls, []);
    } finally {
      Object.defineProperty(globalThis, "localStorage", original);
    }
  });

  test("undoes all of it if the client refuses some of it", async () => {
    const name = uniqueName();
    localStorage.setItem(name, '{"a":1,"b":2}');
    class Refusing extends FakeClient {
      override put(slice: number, key: string, json: string): void {
        if (key === "b") throw new Error("no");
        super.put(slice, key, json);
      }
    }
    const options = { name, state: { cart: map({ adopt: { key: name, read: JSON.parse } }) } };
    const app = createClient(Refusing, options);
    const { calls, listener } = heard<object>();
    app.on("corrupt", listener);
    assert.equal(app.state.cart.size, 0);
    app.transaction(() => app.state.cart.set("c", 3));
    await task();
    assert.deepEqual(calls, [{ slice: "cart", key: name }]);
    assert.deepEqual([...(await again(app, open, options)).state.cart.keys()], ["c", "a", "b"]);
  });
});
