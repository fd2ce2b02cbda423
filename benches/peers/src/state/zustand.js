// zustand with its persist middleware, and the storage event as its documentation has it, so that tabs hear of each other.
import { createStore } from "zustand/vanilla";
import { persist } from "zustand/middleware";

/** What it stores is stored when the call returns. */
export const synchronous = true;

export async function open() {
  const store = createStore(persist(() => ({ cart: {} }), { name: "cart" }));
  addEventListener("storage", (event) => {
    if (event.key === store.persist.getOptions().name && event.newValue) store.persist.rehydrate();
  });
  const cart = () => store.getState().cart;
  const put = (key, line) => store.setState(({ cart }) => ({ cart: { ...cart, [key]: line } }));
  return {
    change: (key) => put(key, { ...cart()[key], qty: cart()[key].qty + 1 }),
    add: put,
    fill: (lines) => store.setState({ cart: { ...cart(), ...Object.fromEntries(lines) } }),
    read: (key) => cart()[key],
    snapshot: cart,
    count: () => Object.keys(cart()).length,
    subscribe: (listener) => store.subscribe(listener),
  };
}
