import type { Entries } from "./entries.js";
import { HoldallError } from "./error.js";
import { isRecord, isScalar } from "./json.js";
import type { StandardSchema } from "./schema.js";

/** Where a slice is kept: for all tabs and for good, for this tab, or until the page goes. */
export type StorageArea = "local" | "session" | "memory";

/**
 * What every kind of slice takes. `T` is the type of an entry, a member or the object, `Whole` that of all of it.
 *
 * Of two `open` calls that give the same client, the first one's `migrate`, `schema` and `adopt` are used: functions can't be
 * compared.
 *
 * @example
 * ```ts
 * const recent = set<string>({ storage: "session" });
 * ```
 */
export interface SliceOptions<T = unknown, Whole = unknown> {
  /** Default: `"local"`. */
  storage?: StorageArea;
  /**
   * Whose it is: the browser's (default), or that of whoever is signed in. What a guest has put is joined into what the user
   * has at sign-in; at sign-out it is hidden. Who the user is says the ID token's `sub`, or that of `signIn`'s `user`.
   */
  owner?: "device" | "user";
  /**
   * Milliseconds, a whole number, after which an entry that nobody has changed is hidden, and listeners are called. It is removed
   * from storage later.
   */
  ttl?: number;
  /**
   * The version of what is stored, from 1 (default) up. A page of an older version goes on with what it has read until it finds that a newer one has
   * written, and can't change it; one that is opened only then finds nothing.
   */
  version?: number;
  /**
   * Gives what is shown for an entry that version `from` has written; `undefined` hides it. It is called for each entry, at
   * every load, and must give the same for the same: what is stored stays as it is until the entry is changed. `key` is empty
   * for an object or a set's member.
   *
   * @example
   * ```ts
   * map<{ cents: number }>({ version: 2, migrate: (line: { price: number }) => ({ cents: line.price * 100 }) })
   * ```
   */
  migrate?(value: unknown, key: string, from: number): NoInfer<T> | undefined;
  /**
   * Checks each entry that storage holds, after `migrate`, and gives the type. What it refuses is hidden, and reported as
   * `corrupt`; what it gives is shown. What the page itself puts isn't checked. It must be synchronous.
   *
   * @example
   * ```ts
   * map({ schema: z.object({ title: z.string(), qty: z.number() }) })
   * ```
   */
  schema?: StandardSchema<T>;
  /** Takes over what another library has stored, once. */
  adopt?: Adopt<NoInfer<Whole>>;
}

/**
 * Where something was stored in `localStorage`, and how to read it.
 *
 * @example
 * ```ts
 * adopt: { key: "cart", read: (text: string) => JSON.parse(text).state.lines }
 * ```
 */
export interface Adopt<Whole> {
  /** The key in `localStorage`. What is there is left there. */
  key: string;
  /** Gives the content; `undefined` for none. If it throws, that is reported as `corrupt`, and tried again at the next load. */
  read(text: string): Whole | undefined;
}

/** What `map()`, `set()` and `object()` make for {@link open}: the description of a slice of type `Slice`. */
export interface SliceDefinition<Slice> {
  readonly kind: "map" | "set" | "object";
  /** @internal */
  readonly options: SliceOptions & { initial?: object };
  /** @internal */
  readonly create: (entries: Entries) => Slice;
}

/**
 * The content of a slice by the keys that it is stored under: an object is one entry, and a set's member is a key. Throws for
 * what can't be a slice's content.
 *
 * @internal
 */
export function entriesOf(kind: string, whole: unknown): Iterable<[key: string, value: unknown]> {
  if (kind === "object") return [["", whole]];
  if (kind === "set") return Array.from(whole as Iterable<unknown>, (member) => [JSON.stringify(member), member]);
  return whole instanceof Map ? whole : Object.entries(whole as object);
}

/**
 * Describes a slice, and refuses what can't be one.
 *
 * @internal
 */
export function define<Slice>(
  kind: SliceDefinition<Slice>["kind"],
  options: SliceDefinition<Slice>["options"],
  create: (entries: Entries) => Slice,
): SliceDefinition<Slice> {
  refuseUnknown(`${kind}()`, options, "initial storage owner version migrate ttl schema adopt");
  const { ttl = 1, version = 1, migrate, schema, initial } = options;
  // The core would refuse these, too, and a version beyond 32 bits, but not by name.
  const isOneOf = (name: "storage" | "owner", ...values: unknown[]) =>
    !values.includes(options[name] ?? values[0]) && `${name} must be ${values.join(" or ")}`;
  const wrong =
    ![ttl, version].every((count) => Number.isSafeInteger(count) && count > 0) || version > 2 ** 32 - 1
      ? "ttl (milliseconds) and version must be whole numbers from 1 up, and version less than 2^32"
      : (migrate && !migrate.call) || (schema && !schema["~standard"])
        ? "migrate must be a function, and schema a Standard Schema"
        : (initial || kind === "object") &&
            !(kind === "set" ? Array.isArray(initial) && initial.every(isScalar) : isRecord(initial))
          ? "initial must be a plain object, or for a set an array of scalars"
          : isOneOf("storage", "local", "session", "memory") || isOneOf("owner", "device", "user");
  if (wrong) throw new HoldallError("bad-config", `${kind}(): ${wrong}.`);
  return { kind, options, create };
}

/**
 * Refuses an option that there isn't, such as one misspelt: what it was to say would be missing without a word.
 *
 * @internal
 */
export function refuseUnknown(where: string, options: object, known: string): void {
  const unknown = Object.keys(options).find((name) => !known.split(" ").includes(name));
  if (unknown !== undefined) throw new HoldallError("bad-config", `${where} has no option ${unknown}, but these: ${known}.`);
}
