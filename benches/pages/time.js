// Time that goes on when it is told to, so that hours pass in seconds; and how long things really take.

const [begin, reallyNow] = [Date.now(), performance.now.bind(performance)];
/** More microtasks than any action has follow one another. */
const TURNS = 40;

let now = 0;
let waiting = [];

Date.now = () => begin + now;
performance.now = () => now;
window.setTimeout = (action, milliseconds = 0) => waiting.push({ due: now + milliseconds, action });
window.requestIdleCallback = (action) => waiting.push({ due: now, action });

/** The real time in milliseconds, from whenever on. */
export { reallyNow };

/** Lets that many milliseconds go by, and does what becomes due in them, each in a task of its own. Says how long each took. */
export async function pass(milliseconds) {
  const end = now + milliseconds;
  const took = [];
  for (;;) {
    const next = waiting.reduce((one, other) => (one.due <= other.due ? one : other), { due: Infinity });
    if (next.due > end) break;
    waiting = waiting.filter((other) => other !== next);
    now = Math.max(now, next.due);
    took.push(await taken(next.action));
    await breathe();
  }
  now = end;
  return took;
}

/** How many milliseconds it really takes, with the microtasks that follow. */
export async function taken(action) {
  const start = reallyNow();
  action();
  // They run in turn, so at the last of these all that came of the action has been done.
  for (let turn = 0; turn < TURNS; turn++) await null;
  return reallyNow() - start;
}

const { port1, port2 } = new MessageChannel();

/** Lets the browser do what it has to, such as telling other windows what is stored. */
export function breathe() {
  return new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
}
