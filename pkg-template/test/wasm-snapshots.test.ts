// Snapshots, which are made of one another, beside a plain map; with the built module, if there is one in dist.
import * as assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";

const dist = new URL("../../dist/", import.meta.url);

interface Line {
  qty: number;
}

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  const { map } = (await import(new URL("index.js", dist).href)) as typeof import("../src/index.js");
  const { openTest } = (await import(new URL("testing.js", dist).href)) as typeof import("../src/testing.js");

  describe("wasm: snapshots", () => {
    test("show what there was, in its order, however many changes come after", async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const below = numbers(seed);
        const { app, tab, settled, close } = openTest({ name: "shop", state: { cart: map<Line>() } }, {});
        const other = tab();
        const model = new Map<string, number>();
        const taken: { snapshot: ReadonlyMap<string, Line>; was: [string, number][] }[] = [];

        for (let step = 0; step < 80; step++) {
          const elsewhere = below(4) === 0;
          const { state, transaction } = elsewhere ? other : app;
          const change = (): void => {
            const key = `k${below(8)}`;
            switch (below(6)) {
              case 0:
                state.cart.delete(key);
                model.delete(key);
                break;
              case 1:
                if (below(10) === 0) {
                  state.cart.clear();
                  model.clear();
                }
                break;
              case 2:
                state.cart.increment(key, "qty", 1, { qty: 0 });
                model.set(key, (model.get(key) ?? 0) + 1);
                break;
              default:
                state.cart.set(key, { qty: step });
                model.set(key, step);
            }
          };
          const many = (): void => {
            for (let count = below(4); count >= 0; count--) change();
          };
          const undone = (): void => {
            many();
            state.cart.snapshot();
            throw new Error("undo");
          };
          const before = [...model];
          switch (below(4)) {
            case 0:
              transaction(many);
              break;
            case 1:
              assert.throws(() => transaction(undone), /undo/);
              model.clear();
              for (const [key, qty] of before) model.set(key, qty);
              break;
            default:
              many();
          }
          // Each knows of the other's changes before it makes its own.
          await settled();
          const snapshot = app.state.cart.snapshot();
          assert.equal(snapshot, app.state.cart.snapshot());
          for (const key of model.keys()) assert.equal(snapshot.get(key)?.qty, model.get(key), `seed ${seed}, step ${step}`);
          assert.equal(snapshot.size, model.size);
          taken.push({ snapshot, was: [...model] });
          // Going through it makes a difference to the next one.
          if (below(3) === 0) same(snapshot, [...model]);
          const older = taken[below(taken.length)];
          if (older && below(3) === 0) same(older.snapshot, older.was);
        }
        for (const { snapshot, was } of taken) same(snapshot, was);
        same(tab().state.cart.snapshot(), [...model]);
        close();
      }
    });

    test("keep the order of what has come together", async () => {
      const { app, tab, settled, close } = openTest({ name: "shop", state: { cart: map<Line>() } });
      const other = tab();
      app.state.cart.set("lamp", { qty: 1 });
      await settled();
      app.state.cart.snapshot();
      other.transaction(() => {
        for (const key of ["z", "a", "lamp"]) other.state.cart.set(key, { qty: 2 });
      });
      await settled();
      same(app.state.cart.snapshot(), [["lamp", 2], ["z", 2], ["a", 2]]);
      close();
    });

    test("aren't changed under who goes through them", async () => {
      const { app, close } = openTest({ name: "shop", state: { cart: map<Line>() } }, {});
      const { cart } = app.state;
      for (const key of ["a", "b", "c"]) cart.set(key, { qty: 1 });
      const seen: [string, number][] = [];
      for (const [key, { qty }] of cart.snapshot()) {
        seen.push([key, qty]);
        cart.set("c", { qty: 2 });
        cart.snapshot();
        cart.set("d", { qty: 1 });
        cart.snapshot();
      }
      assert.deepEqual(seen, [["a", 1], ["b", 1], ["c", 1]]);
      close();
    });
  });
} else {
  describe.skip("wasm: snapshots (build the package for it)", () => {});
}

function same(snapshot: ReadonlyMap<string, Line>, was: [string, number][]): void {
  const lines: [string, number][] = [];
  snapshot.forEach(({ qty }, key) => lines.push([key, qty]));
  assert.deepEqual(lines, was);
}

/** Random whole numbers below a limit, the same for the same seed (xorshift32; Marsaglia, 2003). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
