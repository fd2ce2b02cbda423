// holdall: a map, in localStorage as it is by default.
import { map, open as openApp } from "holdall";

/** The module alone: fetched, compiled, and ready. */
export async function start() {
  (await openApp({ name: "start", state: {} })).close();
}

export async function open() {
  const app = await openApp({ name: "bench", state: { cart: map() } });
  const { cart } = app.state;
  return {
    change: (key) => cart.increment(key, "qty", 1),
    add: (key, line) => cart.set(key, line),
    fill: (lines) => app.transaction(() => lines.forEach(([key, line]) => cart.set(key, line))),
    read: (key) => cart.get(key),
    snapshot: () => cart.snapshot(),
    count: () => cart.size,
    subscribe: (listener) => cart.subscribe(listener),
  };
}
