// What changes, compacting, hearing and opening cost, by the size of the cart.

import { map, open } from "/holdall/index.js";
import { bytes, stored } from "./bytes.js";
import { freeze, heard, thaw } from "./listening.js";
import { breathe, pass, reallyNow, taken } from "./time.js";

const CONFIG = { name: "bench", state: { cart: map() } };
const line = (number) => ({ title: `Article ${number} in a plain box`, price: 100 + (number % 9_000), qty: 1 });
const key = (number) => `sku-${number}`;

let seed = 1;
function pick(count) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * count);
}

const middle = (values) => values.toSorted((one, other) => one - other)[values.length >> 1];
const most = (values) => values.reduce((one, other) => Math.max(one, other), 0);

/** Lets the library do all that is due, and all that becomes due by that. */
async function rest() {
  const took = [];
  for (let minutes = 0; minutes < 5; minutes++) took.push(...(await pass(60_000)));
  return took;
}

window.bench = {
  /** A cart of so many lines, as it is stored when nothing is left to do. */
  async fill(lines) {
    const app = await open(CONFIG);
    for (let first = 0; first < lines; first += 100) {
      app.transaction(() => {
        for (let number = first; number < Math.min(lines, first + 100); number++) app.state.cart.set(key(number), line(number));
      });
      await pass(50);
    }
    await rest();
    app.close();
  },

  /** Changes of random lines, 20 a second, by one page. Of each of the runs: what it wrote, and what took longest. */
  async change(lines, changes, runs) {
    const app = await open(CONFIG);
    await rest();
    const results = [];
    for (let run = 0; run < runs; run++) {
      const written = { each: [], byCompacting: 0 };
      const took = { changes: [], compacting: [] };
      for (let number = 0; number < changes; number++) {
        const sku = key(pick(lines));
        const before = bytes.written;
        took.changes.push(await taken(() => app.state.cart.increment(sku, "qty", 1)));
        const between = bytes.written;
        written.each.push(between - before);
        took.compacting.push(...(await pass(50)));
        written.byCompacting += bytes.written - between;
        if (number % 100 === 0) await breathe();
      }
      results.push({
        middle: middle(written.each),
        most: most(written.each),
        byChanges: written.each.reduce((sum, size) => sum + size, 0),
        byCompacting: written.byCompacting,
        longestChange: most(took.changes),
        longestCompacting: most(took.compacting),
      });
    }
    await rest();
    app.close();
    return results;
  },

  /** Changes of random lines that another window hears of, then as many that it hasn't heard of when it looks. */
  async tell(lines, changes) {
    const frame = document.createElement("iframe");
    frame.src = "journal.html";
    document.body.append(frame);
    while (!frame.contentWindow.bench) await breathe();
    const other = frame.contentWindow.bench;
    await other.open();
    const app = await open(CONFIG);
    const change = async () => {
      for (let number = 0; number < changes; number++) {
        await taken(() => app.state.cart.increment(key(pick(lines)), "qty", 1));
        await breathe();
      }
    };
    await change();
    const longestEvent = await other.longest(changes);
    other.freeze();
    await change();
    other.thaw();
    const longestLoad = await other.longest(1);
    app.close();
    frame.remove();
    return { longestEvent, longestLoad };
  },

  freeze,
  thaw,

  /** The longest of so many events. */
  async longest(events) {
    for (let turns = 0; heard.length < events; turns++) {
      if (turns > 100_000) throw new Error(`of ${events} events ${heard.length} were heard`);
      await breathe();
    }
    return most(heard);
  },

  /** Opens what is stored. */
  async open() {
    // So that the module is there.
    (await open({ name: "other", state: {} })).close();
    const before = bytes.read;
    const start = reallyNow();
    let opened = false;
    const opening = open(CONFIG).finally(() => (opened = true));
    const tasks = [];
    for (let last = start; !opened; ) {
      await breathe();
      const now = reallyNow();
      tasks.push(now - last);
      last = now;
    }
    const app = await opening;
    const took = reallyNow() - start;
    return { took, longest: most(tasks), read: bytes.read - before, size: app.state.cart.size, ...stored() };
  },

  /** Visits of some seconds to a minute that change one line each. */
  async visit(lines, visits) {
    const top = { keys: 0, bytes: 0, read: 0 };
    for (let number = 0; number < visits; number++) {
      const before = bytes.read;
      const app = await open(CONFIG);
      top.read = Math.max(top.read, bytes.read - before);
      app.state.cart.increment(key(pick(lines)), "qty", 1);
      await pass(1_000 + pick(60_000));
      app.close();
      const now = stored();
      top.keys = Math.max(top.keys, now.keys);
      top.bytes = Math.max(top.bytes, now.bytes);
      if (number % 100 === 0) await breathe();
    }
    const app = await open(CONFIG);
    await rest();
    const live = JSON.stringify(Object.fromEntries(app.state.cart)).length;
    app.close();
    return { live, top, end: stored() };
  },
};
