import type { Entries } from "./entries.js";
import { ownMember } from "./json.js";
import { encodeFields } from "./map.js";
import type { StandardSchema } from "./schema.js";
import { define, type SliceDefinition, type SliceOptions } from "./slice.js";
import type { Encodable, Frozen, NumberField, Unsubscribe } from "./types.js";

/**
 * One record of fields, always there. Changes of different fields, in several tabs at once, all stay.
 *
 * All methods are bound.
 */
export interface ObjectSlice<T extends object> {
  /**
   * The whole object, or one field of it, frozen; the same until it changes.
   *
   * @example
   * ```ts
   * if (app.state.filters.get("inStock")) hideTheRest();
   * ```
   */
  get(): Frozen<T>;
  get<K extends keyof T & string>(field: K): Frozen<T[K]>;
  /**
   * Puts the whole object.
   *
   * @throws HoldallError `not-encodable`
   *
   * @example
   * ```ts
   * app.state.filters.set({ inStock: false });
   * ```
   */
  set(value: Frozen<T>): void;
  /**
   * Puts some fields. A field whose value is `undefined` is left as it is.
   *
   * @throws HoldallError `not-encodable`
   *
   * @example
   * ```ts
   * app.state.filters.patch({ inStock: false });
   * ```
   */
  patch(fields: Partial<Frozen<T>>): void;
  /**
   * Adds to a number. Increments of all tabs add up.
   *
   * @throws HoldallError `not-a-number`
   *
   * @example
   * ```ts
   * app.state.visits.increment("count", 1);
   * ```
   */
  increment(field: NumberField<T>, by: number): void;
  /**
   * Goes back to `initial`.
   *
   * @example
   * ```ts
   * app.state.filters.clear();
   * ```
   */
  clear(): void;
  /**
   * The whole object: the same one until a field changes; unchanged fields keep their identity.
   *
   * @example
   * ```ts
   * const { inStock } = app.state.filters.snapshot();
   * ```
   */
  snapshot(): Frozen<T>;
  /**
   * What a server shows, and so a page while it takes over the server's HTML: the option `initial`.
   *
   * @example
   * ```ts
   * const { inStock } = hydrating ? app.state.filters.initial() : app.state.filters.snapshot();
   * ```
   */
  initial(): Frozen<T>;
  /**
   * Calls `listener` with the fields that changed, once per transaction; for one field only if `field` is given.
   *
   * @example
   * ```ts
   * const unsubscribe = app.state.filters.subscribe(renderList, "inStock");
   * ```
   */
  subscribe(listener: (changed: readonly (keyof T & string)[]) => void, field?: keyof T & string): Unsubscribe;
}

/**
 * What {@link object} takes.
 *
 * @example
 * ```ts
 * const filters = object({ initial: { inStock: true }, version: 2 });
 * ```
 */
export interface ObjectOptions<T extends object> extends SliceOptions<T, Partial<T>> {
  /** The fields as long as nobody has put others. It isn't stored, so another release may change it. */
  initial: T;
}

/**
 * A slice that is one object, such as settings or filters.
 *
 * @example
 * ```ts
 * interface Filters { inStock: boolean; text?: string }
 *
 * const app = await open({ name: "shop", state: { filters: object<Filters>({ initial: { inStock: true } }) } });
 * app.state.filters.patch({ text: "lamp" });
 * ```
 */
export function object<T extends object & { [K in keyof T]: Encodable<T[K]> }>(
  options: ObjectOptions<NoInfer<T>> & { schema: StandardSchema<T> },
): SliceDefinition<ObjectSlice<T>>;
export function object<T extends object & { [K in keyof T]: Encodable<T[K]> }>(
  options: ObjectOptions<T>,
): SliceDefinition<ObjectSlice<T>>;
export function object<T extends object>(options: ObjectOptions<T>): SliceDefinition<ObjectSlice<T>> {
  return define("object", options, create<T>);
}

/** An object is the one entry of its slice. */
const KEY = "";

function create<T extends object>(entries: Entries): ObjectSlice<T> {
  const read = () => entries.read(KEY) as Frozen<T>;

  const fields = () => read() as Readonly<Record<string, unknown>>;

  // What listeners were last told of; none before the first one subscribes.
  let seen: Readonly<Record<string, unknown>> | undefined;
  entries.topics = () => {
    if (!seen) return [];
    const before = seen;
    const now = (seen = fields());
    return Object.keys({ ...before, ...now }).filter((field) => before[field] !== now[field]);
  };

  function get(): Frozen<T>;
  function get<K extends keyof T & string>(field: K): Frozen<T[K]>;
  function get<K extends keyof T & string>(field?: K): Frozen<T> | Frozen<T[K]> {
    return field === undefined ? read() : (ownMember(fields(), field) as Frozen<T[K]>);
  }

  return {
    get,
    set: (value) => entries.put(KEY, encodeFields(value, entries)),
    patch: (fields) => entries.patch(KEY, encodeFields(fields, entries)),
    increment: (field, by) => entries.increment(KEY, field, by),
    clear: () => entries.clear(),
    snapshot: read,
    initial: () => entries.initial.read(KEY) as Frozen<T>,
    subscribe: (listener, field) => {
      seen ??= fields();
      return entries.subscribe((changed) => listener(changed as readonly (keyof T & string)[]), field);
    },
  };
}
