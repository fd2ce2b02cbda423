// Runs the README's examples of the slices' options as they stand there.
import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { transformSync } from "esbuild";
import * as z from "zod";
import { createClient, type App } from "../src/client.js";
import type { MapSlice } from "../src/map.js";
import { map } from "../src/map.js";
import { object, type ObjectSlice } from "../src/object.js";
import { set, type SetSlice } from "../src/set.js";
import { type Open } from "./again.js";
import { Fake, FakeClient } from "./fake.js";
import { MemoryStorage } from "./page.js";

interface Slices {
  cart: MapSlice<unknown>;
  seen: MapSlice<{ at: string }>;
  blocked: SetSlice<string>;
  look: ObjectSlice<{ theme: string }>;
}

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const storage = new MemoryStorage();
const open: Open = async (options) => createClient(Fake, options);

/** The code of the examples under a heading. */
function examples(heading: string): string[] {
  const section = readme.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? "";
  return [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? "");
}

/** Runs an example, and gives its `app`. */
async function run(code = "throw new Error('no such example')"): Promise<App<Slices>> {
  const known = { open, map, set, object, z, tokenResponse: { access_token: "t", token_type: "Bearer" } };
  const AsyncFunction = run.constructor as new (...text: string[]) => (...values: unknown[]) => Promise<App<Slices>>;
  const { code: javascript } = transformSync(code, { loader: "ts", format: "esm" });
  return new AsyncFunction(...Object.keys(known), `${javascript}\nreturn app;`)(...Object.values(known));
}

describe("the README's example", () => {
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  const adopting = examples("Taking over from another library");

  test("of versions", async () => {
    const old = await open({ name: "shop", state: { cart: map<{ price: string }>() } });
    old.state.cart.set("lamp", { price: "49" });
    old.close();
    const [code] = examples("Versions");
    assert.deepEqual([...(await run(code)).state.cart], [["lamp", { cents: 4900, qty: 1 }]]);
  });

  test("of a schema", async () => {
    FakeClient.disk.clear();
    const old = await open({ name: "shop", state: { cart: map() } });
    old.state.cart.set("lamp", { title: "Lamp" });
    old.state.cart.set("mug", { title: 5 });
    old.close();
    const [code] = examples("A schema");
    assert.deepEqual([...(await run(code)).state.cart], [["lamp", { title: "Lamp", qty: 1 }]]);
  });

  test("of expiry", async () => {
    const [code] = examples("Expiry");
    const { seen } = (await run(code)).state;
    seen.set("lamp", { at: "now" });
    assert.equal(seen.size, 1);
    assert.equal(FakeClient.last?.config.slices[0]?.ttl, 2_592_000_000);
  });

  test("of owners", async () => {
    FakeClient.disk.clear();
    const [code] = examples("Whose it is");
    await assert.rejects(run(code), { code: "sign-out-unconfirmed" });
    assert.doesNotMatch(JSON.stringify([...FakeClient.disk].map(([path, entries]) => [path, [...entries]])), /lamp/);
  });

  test("of adopting from zustand", async () => {
    storage.setItem("cart-storage", '{"state":{"lines":{"lamp":{"qty":2},"mug":{"qty":1}},"open":true},"version":0}');
    FakeClient.disk.clear();
    assert.deepEqual([...(await run(adopting[0])).state.cart], [["lamp", { qty: 2 }], ["mug", { qty: 1 }]]);
  });

  test("of adopting from redux-persist", async () => {
    const cart = JSON.stringify({ lines: [{ sku: "lamp", qty: 2 }] });
    storage.setItem("persist:root", JSON.stringify({ cart, _persist: '{"version":-1,"rehydrated":true}' }));
    FakeClient.disk.clear();
    FakeClient.adopted.clear();
    assert.deepEqual([...(await run(adopting[1])).state.cart], [["lamp", { sku: "lamp", qty: 2 }]]);
  });

  test("of adopting from keys of one's own", async () => {
    storage.setItem("blocked", "mallory,trudy");
    storage.setItem("theme", "dark");
    FakeClient.disk.clear();
    FakeClient.adopted.clear();
    const app = await run(adopting[2]);
    assert.deepEqual([...app.state.blocked], ["mallory", "trudy"]);
    assert.deepEqual(app.state.look.get(), { theme: "dark" });
    assert.equal(adopting.length, 3);
  });
});
