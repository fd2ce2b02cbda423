// Several tabs on one storage.

import { key } from "./lines.js";

const tabs = new BroadcastChannel("tabs");
let store;

/** A task of its own, which no tab has to wait long for, and in which others are heard of. */
function breathe() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

const quantity = (number) => store.read(key(number)).qty;

export const bench = {
  async open(contender) {
    store = await (await import(`/contenders/state/${contender}.js`)).open();
    return quantity(0);
  },

  /** Answers each change of the first line with one of the second. */
  async echo() {
    let seen = quantity(0);
    store.subscribe(() => {
      if (quantity(0) === seen) return;
      seen = quantity(0);
      // In a task of its own: some don't store what is changed while they load.
      breathe().then(() => store.change(key(1)));
    });
  },

  /** How long it takes until the other tab's answer is here: there and back, so half of it is one way. An answer may get lost. */
  async ping(turns) {
    let heard = () => {};
    store.subscribe(() => heard());
    const took = [];
    for (let turn = 0; turn < turns; turn++) {
      const before = quantity(1);
      const begin = performance.now();
      const answered = new Promise((resolve) => {
        const limit = setTimeout(() => resolve(false), 1_000);
        heard = () => {
          if (quantity(1) === before) return;
          clearTimeout(limit);
          resolve(true);
        };
      });
      store.change(key(0));
      if (await answered) took.push((performance.now() - begin) / 2);
      heard = () => {};
      await breathe();
    }
    return took;
  },

  /** Waits for the word, then changes one line that often, as fast as tasks go. */
  async ready(changes) {
    window.done = 0;
    tabs.onmessage = async () => {
      for (let number = 0; number < changes; number++) {
        store.change(key(0));
        await breathe();
      }
      // Time to write what some write later.
      setTimeout(() => (window.done = changes), 1_000);
    };
  },

  /** The word. */
  async begin() {
    tabs.postMessage(0);
    tabs.onmessage();
  },

  async quantity() {
    return quantity(0);
  },
};
