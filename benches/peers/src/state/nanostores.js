// @nanostores/persistent: a map, which has a key of localStorage for each of its own.
import { persistentMap } from "@nanostores/persistent";

/** What it stores is stored when the call returns. */
export const synchronous = true;

export async function open() {
  const cart = persistentMap("cart:", {}, { encode: JSON.stringify, decode: JSON.parse });
  // A store reads what is stored, and hears of other tabs, while it has a listener.
  cart.listen(() => {});
  return {
    change: (key) => cart.setKey(key, { ...cart.get()[key], qty: cart.get()[key].qty + 1 }),
    add: (key, line) => cart.setKey(key, line),
    fill: (lines) => cart.set({ ...cart.get(), ...Object.fromEntries(lines) }),
    read: (key) => cart.get()[key],
    snapshot: () => cart.get(),
    count: () => Object.keys(cart.get()).length,
    subscribe: (listener) => cart.listen(listener),
  };
}
