// From the import to the first read.

import { key } from "./lines.js";

const now = () => performance.now();

export const bench = {
  /** In one go, as a page does it. */
  async whole(address, count) {
    const begin = now();
    const { open } = await import(address);
    const store = await open();
    const first = store.read(key(0));
    const took = now() - begin;
    if (store.count() !== count || (count > 0 && first === undefined)) throw new Error(`${store.count()} lines, not ${count}`);
    return { whole: took };
  },

  /** The module first, then what is stored. */
  async apart(address, count) {
    const begin = now();
    const { open, start } = await import(address);
    await start?.();
    const started = now();
    const store = await open();
    store.read(key(0));
    const end = now();
    if (store.count() !== count) throw new Error(`${store.count()} lines, not ${count}`);
    return { start: started - begin, open: end - started };
  },
};
