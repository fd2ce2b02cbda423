// What it costs to change, to add, to read, and to look at the whole.

import { key, line, pick } from "./lines.js";
import { storedBy } from "./stored.js";

const now = () => performance.now();

/** What a user would wait for at most, in this loop; and the fewest and the most turns of it. */
const LOOP = { milliseconds: 100, fewest: 3, most: 200 };
const WARM = { milliseconds: 40, fewest: 2, most: 50 };
const READS = 1_000;

/** Milliseconds: of each turn, and on average. The clock has steps of 5 µs, so the average is by the time of all turns. */
async function loop(action, { milliseconds, fewest, most } = LOOP) {
  const each = [];
  const begin = now();
  let last = begin;
  while (each.length < fewest || (each.length < most && last - begin < milliseconds)) {
    await action(each.length);
    const time = now();
    each.push(time - last);
    last = time;
  }
  return { mean: (last - begin) / each.length, each };
}

export const bench = {
  async measure(contender, count, adds) {
    const { open, synchronous } = await import(`/contenders/state/${contender}.js`);
    const store = await open();
    let told = 0;
    store.subscribe(() => told++);
    const result = {};
    // An async function of its own would cost each a microtask that those that store at once don't need.
    const change = synchronous
      ? () => {
          store.change(key(pick(count)));
          store.snapshot();
        }
      : () =>
          storedBy(() => {
            store.change(key(pick(count)));
            store.snapshot();
          });
    if (count > 0) {
      await loop(change, WARM);
      result.change = await loop(change);
      if (told === 0 && contender !== "raw") throw new Error("nobody was told");

      // Nobody looks at the whole: what the change alone costs.
      const blind = synchronous ? () => store.change(key(pick(count))) : () => storedBy(() => store.change(key(pick(count))));
      await loop(blind, WARM);
      result["change alone"] = await loop(blind);

      const reads = [];
      for (let turn = 0; turn < 5; turn++) {
        const begin = now();
        for (let number = 0; number < READS; number++) store.read(key(pick(count)));
        reads.push((now() - begin) / READS);
      }
      result.read = { mean: Math.min(...reads), each: reads };

      // The change isn't counted here.
      const looks = [];
      const look = async () => {
        await storedBy(() => store.change(key(pick(count))), synchronous);
        const begin = now();
        store.snapshot();
        looks.push(now() - begin);
      };
      await loop(look, WARM);
      result.snapshot = { mean: looks.reduce((sum, took) => sum + took, 0) / looks.length, each: looks };
    }
    if (adds > 0) {
      let number = 0;
      const add = () =>
        storedBy(() => {
          store.add(key(number), line(number));
          number++;
          store.snapshot();
        }, synchronous);
      const { mean, each } = await loop(add, { milliseconds: 1_000, fewest: 3, most: adds });
      // The few that store by a timer take their time: of these, as many as fit.
      result.add = { mean: mean * adds, each: each.map((took) => took * adds) };
    }
    return result;
  },
};
