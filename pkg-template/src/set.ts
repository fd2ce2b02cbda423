import { type Entries, FrozenSet } from "./entries.js";
import { isScalar } from "./json.js";
import type { Scalar, SliceDefinition, SliceOptions, Unsubscribe } from "./types.js";

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
  /** How many members there are. */
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
   * Calls `listener` with the members that came or went, once per transaction; for one member only if `member` is given.
   *
   * @example
   * ```ts
   * const unsubscribe = app.state.blocked.subscribe(renderInbox);
   * ```
   */
  subscribe(listener: (changed: readonly T[]) => void, member?: T): Unsubscribe;
  /** The members of the snapshot. */
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
 * A slice that is a set of strings, numbers or booleans.
 *
 * @example
 * ```ts
 * const app = await open({ name: "mail", state: { blocked: set<string>() } });
 * app.state.blocked.add("mallory");
 * ```
 */
export function set<T extends Scalar = string>(options: SliceOptions = {}): SliceDefinition<SetSlice<T>> {
  return { kind: "set", storage: options.storage ?? "local", create: create<T> };
}

function create<T extends Scalar>(entries: Entries): SetSlice<T> {
  // A member's key is its JSON, so that 1 and "1" are two members.
  const keyOf = (member: T): string | undefined => (isScalar(member) ? JSON.stringify(member) : undefined);
  const known = (members: readonly (Scalar | undefined)[]) => members.filter((member) => member !== undefined) as T[];
  entries.topics = (keys) => known(keys.map(memberOf));

  const snapshot = (): ReadonlySet<T> => entries.snapshot((_keys, members) => new FrozenSet(known(members)), memberOf);

  return {
    has: (member) => {
      const key = keyOf(member);
      return key !== undefined && entries.read(key) !== undefined;
    },
    get size() {
      return snapshot().size;
    },
    add: (member) => {
      const key = keyOf(member);
      if (key === undefined) throw entries.refusal("a set holds strings, finite numbers and booleans.");
      entries.put(key, "");
    },
    delete: (member) => {
      const key = keyOf(member);
      return key !== undefined && entries.remove(key);
    },
    clear: () => entries.clear(),
    snapshot,
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
