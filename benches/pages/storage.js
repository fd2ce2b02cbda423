// What a contender has stored for a cart of some size, made once and put back before each page that is measured.

import { key, lines } from "./lines.js";
import { last, storedBy } from "./stored.js";

const address = (contender, count) => `/seeds/${contender}/${count}`;
const put = (contender, count, stored) => fetch(address(contender, count), { method: "PUT", body: JSON.stringify(stored) });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** holdall tidies up when nothing else happens for some seconds: so these go by, in no time. */
async function seedHoldall(store, count) {
  const { pass } = await import("./time.js");
  const all = lines(count);
  for (let first = 0; first < count; first += 100) {
    store.fill(all.slice(first, first + 100));
    await pass(50);
  }
  for (let minutes = 0; minutes < 5; minutes++) await pass(60_000);
  await put("holdall", count, localStorage);
  // `setItem` alone has a record like its own to write, among the same entries.
  if (count > 0) await storedBy(() => store.change(key(0)));
  const [name, value] = last ?? ["r", ""];
  await put("raw", count, { ...localStorage, sample: JSON.stringify({ key: `${name}-`, value }) });
}

export const bench = {
  async seed(contender, count) {
    localStorage.clear();
    // It is told to take the time from there before it begins.
    if (contender === "holdall") await import("./time.js");
    const { open, synchronous } = await import(`/contenders/state/${contender}.js`);
    const store = await open();
    if (contender === "holdall") return seedHoldall(store, count);
    if (count > 0) await storedBy(() => store.fill(lines(count)), synchronous);
    await sleep(300);
    await put(contender, count, localStorage);
  },

  async restore(contender, count) {
    localStorage.clear();
    const stored = await (await fetch(address(contender, count))).json();
    for (const [name, value] of Object.entries(stored)) localStorage.setItem(name, value);
  },

  async date() {
    return [new Date().toISOString(), navigator.userAgent, navigator.hardwareConcurrency];
  },
};
