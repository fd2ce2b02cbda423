// The least that a page can do: one key, which it parses.

/** What it stores is stored when the call returns. */
export const synchronous = true;

export async function open() {
  const cart = JSON.parse(localStorage.getItem("cart") ?? "{}");
  const listeners = new Set();
  const changed = () => {
    localStorage.setItem("cart", JSON.stringify(cart));
    for (const listener of listeners) listener();
  };
  return {
    change: (key) => {
      cart[key].qty++;
      changed();
    },
    add: (key, line) => {
      cart[key] = line;
      changed();
    },
    fill: (lines) => {
      Object.assign(cart, Object.fromEntries(lines));
      changed();
    },
    read: (key) => cart[key],
    snapshot: () => cart,
    count: () => Object.keys(cart).length,
    subscribe: (listener) => listeners.add(listener),
  };
}
