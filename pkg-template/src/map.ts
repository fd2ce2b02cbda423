import type { Entries } from "./entries.js";
import { FrozenMap } from "./frozen-map.js";
import { encode, isRecord, isText } from "./json.js";
import { define, type SliceDefinition, type SliceOptions } from "./slice.js";
import type { Encodable, Frozen, Json, NumberField, Scalar, Unsubscribe } from "./types.js";

/**
 * Keyed entries. Changes of different fields of an entry, in several tabs at once, all stay.
 *
 * All methods are bound: `const { get, set } = app.state.cart` works.
 */
export interface MapSlice<T> {
  /**
   * The entry under `key`, frozen; the same one until it changes.
   *
   * @example
   * ```ts
   * const qty = app.state.cart.get("sku-1")?.qty ?? 0;
   * ```
   */
  get(key: string): Frozen<T> | undefined;
  /**
   * Whether there is an entry under `key`.
   *
   * @example
   * ```ts
   * if (app.state.cart.has("sku-1")) show();
   * ```
   */
  has(key: string): boolean;
  /**
   * How many entries there are.
   *
   * @example
   * ```ts
   * badge.textContent = `${app.state.cart.size}`;
   * ```
   */
  readonly size: number;
  /**
   * Puts a whole entry.
   *
   * @throws HoldallError `not-encodable`
   *
   * @example
   * ```ts
   * app.state.cart.set("sku-1", { title: "Lamp", price: 4900, qty: 1 });
   * ```
   */
  set(key: string, value: Frozen<T>): void;
  /**
   * Puts some fields of an entry that is there. A field whose value is `undefined` is left as it is.
   *
   * @throws HoldallError `no-entry`, `not-encodable`
   *
   * @example
   * ```ts
   * app.state.cart.patch("sku-1", { price: 4500 });
   * ```
   */
  patch(key: string, fields: T extends object ? Partial<Frozen<T>> : never): void;
  /**
   * Adds to a number. Increments of all tabs add up. An absent entry starts from `init`.
   *
   * @throws HoldallError `no-entry` without `init`, `not-a-number`, `not-encodable`
   *
   * @example
   * ```ts
   * app.state.cart.increment("sku-1", "qty", 1, { title: "Lamp", price: 4900, qty: 0 });
   * ```
   */
  increment(key: string, field: NumberField<T>, by: number, init?: Frozen<T>): void;
  /**
   * Removes an entry, and says whether it was there.
   *
   * @example
   * ```ts
   * app.state.cart.delete("sku-1");
   * ```
   */
  delete(key: string): boolean;
  /**
   * Removes all entries.
   *
   * @example
   * ```ts
   * app.state.cart.clear();
   * ```
   */
  clear(): void;
  /**
   * All entries in insertion order, which is the same in every tab. The same map until something in it changes; unchanged
   * entries keep their identity. It is no `Map` that could be posted to a worker: post `new Map(snapshot)`.
   *
   * @example
   * ```ts
   * const total = [...app.state.cart.snapshot().values()].reduce((sum, line) => sum + line.price * line.qty, 0);
   * ```
   */
  snapshot(): ReadonlyMap<string, Frozen<T>>;
  /**
   * The entries that a server shows, and so a page while it takes over the server's HTML: those of the option `initial`.
   *
   * @example
   * ```ts
   * const lines = hydrating ? app.state.cart.initial() : app.state.cart.snapshot();
   * ```
   */
  initial(): ReadonlyMap<string, Frozen<T>>;
  /**
   * Calls `listener` with the keys that changed, once per transaction; for one key only if `key` is given.
   *
   * @example
   * ```ts
   * const unsubscribe = app.state.cart.subscribe((keys) => keys.forEach(renderLine));
   * ```
   */
  subscribe(listener: (changed: readonly string[]) => void, key?: string): Unsubscribe;
  /**
   * The keys of the snapshot.
   *
   * @example
   * ```ts
   * const skus = [...app.state.cart.keys()];
   * ```
   */
  keys(): IterableIterator<string>;
  /**
   * The values of the snapshot.
   *
   * @example
   * ```ts
   * const pieces = [...app.state.cart.values()].reduce((sum, { qty }) => sum + qty, 0);
   * ```
   */
  values(): IterableIterator<Frozen<T>>;
  /**
   * The entries of the snapshot.
   *
   * @example
   * ```ts
   * const lines = Object.fromEntries(app.state.cart.entries());
   * ```
   */
  entries(): IterableIterator<[string, Frozen<T>]>;
  /**
   * Iterates over the snapshot, so changes meanwhile don't matter.
   *
   * @example
   * ```ts
   * for (const [sku, line] of app.state.cart) console.log(sku, line.qty);
   * ```
   */
  [Symbol.iterator](): IterableIterator<[string, Frozen<T>]>;
}

/**
 * What {@link map} takes.
 *
 * @example
 * ```ts
 * const cart = map<number>({ initial: { lamp: 1 }, ttl: 86_400_000 });
 * ```
 */
export interface MapOptions<T> extends SliceOptions<T, Readonly<Record<string, T>> | ReadonlyMap<string, T>> {
  /** The entries that a new slice starts with. They are put, once, and so can be changed and removed. */
  initial?: Readonly<Record<string, NoInfer<T>>>;
}

/**
 * A slice of keyed entries, such as a cart's lines by article number.
 *
 * @example
 * ```ts
 * interface Line { title: string; price: number; qty: number }
 *
 * const app = await open({ name: "shop", state: { cart: map<Line>() } });
 * app.state.cart.set("sku-1", { title: "Lamp", price: 4900, qty: 1 });
 * ```
 */
export function map<T extends Scalar | { [K in keyof T]: Encodable<T[K]> } = Json>(
  options: MapOptions<T> = {},
): SliceDefinition<MapSlice<T>> {
  return define("map", options, create<T>);
}

function create<T>(entries: Entries): MapSlice<T> {
  const get = (key: string) => entries.read(key) as Frozen<T> | undefined;

  const snapshot = (): ReadonlyMap<string, Frozen<T>> =>
    entries.snapshot(
      (keys, values) => new FrozenMap(new Map(keys.map((key, index) => [key, values[index] as Frozen<T>]))),
      get,
    );

  return {
    get,
    has: (key) => get(key) !== undefined,
    get size() {
      return snapshot().size;
    },
    set: (key, value) => entries.put(key, encode(value, entries.name)),
    patch: (key, fields) => entries.patch(key, encodeFields(fields, entries)),
    increment: (key, field, by, init) =>
      entries.increment(key, field, by, init === undefined ? undefined : encodeFields(init, entries)),
    // A string that can't be a key is no entry's.
    delete: (key) => isText(key) && entries.remove(key),
    clear: () => entries.clear(),
    snapshot,
    initial: () => create<T>(entries.initial).snapshot(),
    subscribe: (listener, key) => entries.subscribe((keys) => listener(keys as readonly string[]), key),
    keys: () => snapshot().keys(),
    values: () => snapshot().values(),
    entries: () => snapshot().entries(),
    [Symbol.iterator]: () => snapshot().entries(),
  };
}

/** Encodes an object with fields, and refuses anything else. */
export function encodeFields(value: unknown, entries: Entries): string {
  const json = encode(value, entries.name);
  if (!isRecord(value)) throw entries.refusal("this needs an object with fields.");
  return json;
}
