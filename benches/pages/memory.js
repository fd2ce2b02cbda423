// What stays in memory.

import { key, pick } from "./lines.js";
import { bench as requests } from "./requests.js";

/** The memory of each WebAssembly module that the page has started. */
const memories = [];
for (const name of ["instantiate", "instantiateStreaming"]) {
  const own = WebAssembly[name];
  WebAssembly[name] = async (...input) => {
    const result = await own.apply(WebAssembly, input);
    const { exports } = result.instance ?? result;
    memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory));
    return result;
  };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
let store;

export const bench = {
  async openState(contender) {
    const { open } = await import(`/contenders/state/${contender}.js`);
    store = await open();
    store.subscribe(() => {});
  },

  /** So many changes, with time in between to tidy up in. */
  async change(changes, lines) {
    for (let number = 0; number < changes; number++) {
      store.change(key(pick(lines)));
      if (number % 50 === 49) await pause(0);
      else await null;
    }
    await pause(200);
  },

  openSession: requests.open,
  request: requests.many,

  async wasm() {
    return memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  },
};
