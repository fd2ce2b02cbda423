// The same tests against the built module, if there is one in dist (`cargo xtask build` puts it there).
import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import type { StorageFullEvent } from "../src/events.js";
import { map } from "../src/map.js";
import { task, uniqueName } from "./again.js";
import { testChecks } from "./checks.js";
import { testOptions } from "./options.js";
import { MemoryStorage, pretendToBeAPage } from "./page.js";
import { heard, options, testSlices } from "./slices.js";

const dist = new URL("../../dist/", import.meta.url);

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  pretendToBeAPage();
  const { open } = (await import(new URL("index.js", dist).href)) as typeof import("../src/index.js");
  testSlices("wasm", () => open(options()));
  testChecks("wasm", open);
  testOptions("wasm", open);

  test("wasm: full storage is told, with nothing more, and what has changed goes on in memory", async () => {
    const app = await open({ name: uniqueName(), state: { cart: map<number>() } });
    const { calls, listener } = heard<StorageFullEvent>();
    app.on("storage-full", listener);
    const { setItem } = MemoryStorage.prototype;
    MemoryStorage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    try {
      app.state.cart.set("lamp", 1);
      await task();
    } finally {
      MemoryStorage.prototype.setItem = setItem;
    }
    assert.deepEqual(calls, [{}]);
    assert.equal(app.state.cart.get("lamp"), 1);
    app.close();
  });
} else {
  describe.skip("wasm: there is no module in dist yet", () => {});
}
