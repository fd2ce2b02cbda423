import { counted, onServer, shop } from "./dom.js";
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { derived, get } from "svelte/store";
import type { ObjectSlice } from "../src/object.js";
import { entryStore, sessionStore, sliceStore } from "../src/svelte.js";

describe("holdall/svelte", () => {
  test("has stores that tell what has changed, until nobody listens", () => {
    const app = shop();
    const { slice: cart, count } = counted(app.state.cart);
    const seen: unknown[] = [];
    const titles = sliceStore(
      cart,
      (lines) => [...lines.values()].map(({ title }) => title),
      (a, b) => a.join() === b.join(),
    );
    const ends = [
      entryStore(cart, "lamp").subscribe((line) => seen.push(line?.qty)),
      titles.subscribe((titles) => seen.push(titles.join())),
      derived(sliceStore(cart), (lines) => lines.size).subscribe((size) => seen.push(size)),
    ];
    assert.deepEqual(seen.splice(0), [1, "Lamp,Mug", 2]);
    app.state.cart.increment("lamp", "qty", 1);
    assert.deepEqual(seen.splice(0), [2]);
    app.state.cart.delete("mug");
    assert.deepEqual(seen.splice(0), ["Lamp", 1]);
    assert.equal(count(), 3);
    for (const end of ends) end();
    assert.equal(count(), 0);
    assert.deepEqual([get(entryStore(app.state.filters, "inStock")), get(entryStore(app.state.blocked, "mallory"))], [true, false]);
  });

  test("tells of what is changed while it is first told", () => {
    const app = shop();
    const seen: unknown[] = [];
    const end = entryStore(app.state.cart, "lamp").subscribe((line) => {
      seen.push(line?.qty);
      if (line && line.qty < 3) app.state.cart.increment("lamp", "qty", 1);
    });
    assert.deepEqual(seen, [1, 2, 3]);
    end();
    app.state.cart.increment("lamp", "qty", 1);
    assert.equal(seen.length, 3);
  });

  test("puts what is set", () => {
    const { state } = shop();
    const [line, text, isBlocked] = [entryStore(state.cart, "lamp"), entryStore(state.filters, "text"), entryStore(state.blocked, "mallory")];
    const lamp = get(line);
    assert.ok(lamp);
    text.set("a");
    text.update((text) => `${text}b`);
    line.set({ ...lamp, qty: 7 });
    isBlocked.set(true);
    assert.deepEqual([state.filters.get("text"), state.cart.get("lamp")?.qty, state.blocked.has("mallory")], ["ab", 7, true]);
    line.set(undefined);
    isBlocked.update((isBlocked) => !isBlocked);
    assert.deepEqual([get(line), get(text), get(isBlocked)], [undefined, "ab", false]);
    assert.equal(state.cart.has("lamp"), false);
  });

  test("tells who signs in", () => {
    const app = shop();
    const seen: unknown[] = [];
    sessionStore(app.session).subscribe(({ status, user }) => seen.push(status, user?.name));
    app.session.signIn({ access_token: "t", token_type: "Bearer" }, { user: { name: "Ada" } });
    assert.deepEqual(seen, ["signed-out", undefined, "signed-in", "Ada"]);
  });

  test("shows the initial state on a server, and listens to nothing", async () => {
    const app = shop();
    const { slice: cart, count } = counted(app.state.cart);
    await onServer(() => {
      const seen: unknown[] = [];
      sliceStore(cart).subscribe(({ size }) => seen.push(size));
      entryStore(cart, "lamp").subscribe((line) => seen.push(line));
      sessionStore(app.session).subscribe(({ status }) => seen.push(status));
      assert.deepEqual([...seen.splice(0), count()], [0, undefined, "restoring", 0]);
      const anyField = app.state.filters as unknown as ObjectSlice<Record<string, unknown>>;
      for (const field of ["text", "constructor", "__proto__"]) entryStore(anyField, field).subscribe((value) => seen.push(value));
      assert.deepEqual(seen, ["", undefined, undefined]);
    });
  });
});
