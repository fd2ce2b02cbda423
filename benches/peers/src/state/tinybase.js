// TinyBase: a table, and the persister for localStorage.
import { createStore } from "tinybase";
import { createLocalPersister } from "tinybase/persisters/persister-browser";

export async function open() {
  const store = createStore();
  await createLocalPersister(store, "cart").startAutoPersisting();
  return {
    change: (key) => store.setCell("cart", key, "qty", (qty) => qty + 1),
    add: (key, line) => store.setRow("cart", key, line),
    fill: (lines) => store.setTable("cart", { ...store.getTable("cart"), ...Object.fromEntries(lines) }),
    read: (key) => store.getRow("cart", key),
    snapshot: () => store.getTable("cart"),
    count: () => store.getRowCount("cart"),
    subscribe: (listener) => store.addTableListener("cart", listener),
  };
}
