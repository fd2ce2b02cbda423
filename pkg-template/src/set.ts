import { type Entries, FrozenSet } from "./entries.js";
import { isScalar } from "./json.js";
import { define, type SliceDefinition, type SliceOptions } from "./slice.js";
import type { Scalar, Unsubscribe } from "./types.js";

/**
 * Members, each at most once. What two tabs add at once both stays.
 *
 * All methods are bound.
 */
export interface SetSlice<T extends Scalar> {
  /**
   * Whether `member` is in it.
   *
   * @example
   * ```ts
   * const visible = messages.filter((message) => !app.state.blocked.has(message.from));
   * ```
   */
  has(member: T): boolean;
  /**
   * How many members there are.
   *
   * @example
   * ```ts
   * badge.textContent = `${app.state.blocked.size}`;
   * ```
   */
  readonly size: number;
  /**
   * Adds a member.
   *
   * @throws HoldallError `not-encodable`
   *
   * @example
   * ```ts
   * app.state.blocked.add("mallory");
   * ```
   */
  add(member: T): void;
  /**
   * Removes a member, and says whether it was there.
   *
   * @example
   * ```ts
   * app.state.blocked.delete("mallory");
   * ```
   */
  delete(member: T): boolean;
  /**
   * Removes all members.
   *
   * @example
   * ```ts
   * app.state.blocked.clear();
   * ```
   */
  clear(): void;
  /**
   * All members in insertion order, which is the same in every tab. The same set until a member comes or goes.
   *
   * @example
   * ```ts
   * const names = [...app.state.blocked.snapshot()].join(", ");
   * ```
   */
  snapshot(): ReadonlySet<T>;
  /**
   * The members that a server shows, and so a page while it takes over the server's HTML: those of the option `initial`.
   *
   * @example
   * ```ts
   * const senders = hydrating ? app.state.blocked.initial() : app.state.blocked.snapshot();
   * ```
   */
  initial(): ReadonlySet<T>;
  /**
   * Calls `listener` with the members that came or went, once per transaction; for one member only if `member` is given.
   *
   * @example
   * ```ts
   * const unsubscribe = app.state.blocked.subscribe(renderInbox);
   * ```
   */
  subscribe(listener: (changed: readonly T[]) => void, member?: T): Unsubscribe;
  /**
   * The members of the snapshot.
   *
   * @example
   * ```ts
   * const senders = [...app.state.blocked.values()].sort();
   * ```
   */
  values(): IterableIterator<T>;
  /**
   * Iterates over the snapshot, so changes meanwhile don't matter.
   *
   * @example
   * ```ts
   * for (const sender of app.state.blocked) console.log(sender);
   * ```
   */
  [Symbol.iterator](): IterableIterator<T>;
}

/**
 * What {@link set} takes.
 *
 * @example
 * ```ts
 * const blocked = set({ initial: ["mallory"], storage: "session" });
 * ```
 */
export interface SetOptions<T extends Scalar> extends SliceOptions<T, readonly T[] | ReadonlySet<T>> {
  /** The members that a new slice starts with. They are added, once, and so can be removed. */
  initial?: readonly NoInfer<T>[];
}

/**
 * A slice that is a set of strings, numbers or booleans.
 *
 * @example
 * ```ts
 * const app = await open({ name: "mail", state: { blocked: set<string>() } });
 * app.state.blocked.add("mallory");
 * ```
 */
export function set<T extends Scalar = string>(options: SetOptions<T> = {}): SliceDefinition<SetSlice<T>> {
  return define("set", options, create<T>);
}

function create<T extends Scalar>(entries: Entries): SetSlice<T> {
  const { migrate, schema } = entries.options;
  const checked = migrate ?? schema;
  // What is shown in place of a stored member, kept for telling of its removal.
  const others = new Map<string, Scalar>();

  const shown = (key: string): Scalar | undefined => {
    const other = checked && entries.read(key);
    if (other !== undefined) others.set(key, other as Scalar);
    return others.get(key) ?? memberOf(key);
  };

  // A member's key is its JSON, so that 1 and "1" are two members.
  const keysOf = (member: T): string[] => {
    if (!isScalar(member)) return [];
    return checked ? entries.keys().filter((key) => shown(key) === member) : [JSON.stringify(member)];
  };

  const known = (members: readonly (Scalar | undefined)[]) => members.filter((member) => member !== undefined) as T[];
  entries.topics = (keys) => known(keys.map(shown));

  const snapshot = (): ReadonlySet<T> => entries.snapshot((_keys, members) => new FrozenSet(known(members)), shown);

  return {
    has: (member) => (checked ? snapshot().has(member) : keysOf(member).some((key) => entries.read(key) !== undefined)),
    get size() {
      return snapshot().size;
    },
    add: (member) => {
      if (!isScalar(member)) throw entries.refusal("a set holds strings, finite numbers and booleans.");
      entries.put(JSON.stringify(member), "");
    },
    delete: (member) => keysOf(member).map(entries.remove).includes(true),
    clear: () => entries.clear(),
    snapshot,
    initial: () => create<T>(entries.initial).snapshot(),
    subscribe: (listener, member) => entries.subscribe((members) => listener(members as readonly T[]), member),
    values: () => snapshot().values(),
    [Symbol.iterator]: () => snapshot().values(),
  };
}

/** A key in storage may be anybody's: one that is no member's is skipped. */
function memberOf(key: string): Scalar | undefined {
  try {
    const member: unknown = JSON.parse(key);
    return isScalar(member) ? member : undefined;
  } catch {
    return undefined;
  }
}
