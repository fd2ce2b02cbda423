// TanStack DB: a collection in localStorage.
import { createCollection, localStorageCollectionOptions } from "@tanstack/db";

export async function open() {
  const cart = createCollection(
    localStorageCollectionOptions({ id: "cart", storageKey: "cart", getKey: (line) => line.sku }),
  );
  await cart.preload();
  return {
    change: (key) =>
      cart.update(key, (line) => {
        line.qty++;
      }),
    add: (sku, line) => cart.insert({ sku, ...line }),
    fill: (lines) => cart.insert(lines.map(([sku, line]) => ({ sku, ...line }))),
    read: (key) => cart.get(key),
    snapshot: () => cart.toArray,
    count: () => cart.size,
    subscribe: (listener) => cart.subscribeChanges(listener),
  };
}
