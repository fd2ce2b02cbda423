import { HoldallError, type HoldallErrorCode } from "./error.js";
import { FrozenMap } from "./frozen-map.js";
import { decode, isText } from "./json.js";
import { Listeners, type Notifier } from "./notify.js";
import { ServerClient } from "./server-client.js";
import type { SliceDefinition } from "./slice.js";
import type { Unsubscribe, WasmClient } from "./types.js";

interface Cell {
  readonly json: string;
  readonly value: unknown;
  /** Whether `json` may have changed since. */
  stale: boolean;
}

interface Snapshot<C> {
  /** What it was made of, unless it was made of the one before. */
  readonly of?: { readonly keys: readonly string[]; readonly values: readonly unknown[] };
  readonly view: C;
}

/** What a rollback brings back. */
interface Undo {
  /** The cells that the transaction has replaced. */
  readonly cells: Map<string, Cell | undefined>;
  readonly snapshot: Snapshot<unknown> | undefined;
  /** The keys that the transaction has changed. */
  readonly touched: Set<string>;
}

/**
 * One slice's entries, parsed when they are asked for and kept until their text changes; its snapshot; and its listeners.
 * The kinds are views of it.
 *
 * @internal
 */
export class Entries {
  readonly #cells = new Map<string, Cell>();
  readonly #listeners = new Listeners<readonly unknown[]>();
  #snapshot: Snapshot<unknown> | undefined;
  #snapshotStale = true;
  /** What may have changed since the snapshot, if that is just the values of some keys, or one that has come last. */
  #since: Set<string> | undefined;
  #undo: Undo | undefined;
  #initial: Entries | undefined;

  /** What listeners are told for the keys that changed: a set's members, an object's fields. */
  topics: (keys: readonly string[]) => readonly unknown[] = (keys) => keys;

  constructor(
    readonly client: WasmClient,
    readonly index: number,
    readonly name: string,
    readonly notifier: Notifier,
    readonly options: SliceDefinition<unknown>["options"],
    readonly config: string,
  ) {}

  /** The entries as a server has them. */
  get initial(): Entries {
    const { index, name, notifier, options, config } = this;
    return (this.#initial ??= new Entries(new ServerClient(config), index, name, notifier, options, config));
  }

  /** The keys that are there, in order. */
  keys(): string[] {
    return this.client.keys(this.index);
  }

  /** The frozen value under `key`; `undefined` if there is none. */
  read(key: string): unknown {
    const cell = this.#cells.get(key);
    // What expires does so at once, and is told as soon as a timer can.
    if (cell && !cell.stale && !this.options.ttl) return cell.value;
    const json = isText(key) ? this.client.entry(this.index, key) : undefined;
    if (cell && cell.json === json) {
      cell.stale = false;
      return cell.value;
    }
    if (this.#undo && !this.#undo.cells.has(key)) this.#undo.cells.set(key, cell);
    if (json === undefined) {
      this.#cells.delete(key);
      return undefined;
    }
    const value = decode(json, cell?.value);
    this.#cells.set(key, { json, value, stale: false });
    return value;
  }

  /** What `build` makes of the keys, and of the values that `read` gives for them; the same as long as these are. */
  snapshot<C, V>(build: (keys: readonly string[], values: readonly V[]) => C, read: (key: string) => V): C {
    const last = this.#snapshot as Snapshot<C> | undefined;
    const { ttl, migrate, schema } = this.options;
    if (last && !this.#snapshotStale && !ttl) return last.view;
    const view = last?.view;
    if (view instanceof FrozenMap && this.#since && !this.#undo) {
      const next = view.next(this.#since, read);
      if (next) return this.#keep({ view: next as C });
    }
    const keys = this.keys();
    const before = last?.of ?? (view instanceof FrozenMap ? { keys: [...view.keys()], values: [...view.values()] } : undefined);
    // Of what hasn't changed but may have expired, the keys alone tell.
    if (last && !this.#snapshotStale && before && isSame(keys, before.keys)) return last.view;
    const values = keys.map(read);
    if (!this.#undo && this.#cells.size > keys.length) this.#forget(new Set(keys));
    const same = last && before && isSame(keys, before.keys) && isSame(values, before.values);
    this.#keep(same ? last : { of: { keys, values }, view: build(keys, values) });
    // What others have made may show differently without having changed.
    if (ttl || migrate || schema) this.#since = undefined;
    return (this.#snapshot as Snapshot<C>).view;
  }

  put(key: string, json: string): void {
    this.#change(key, () => this.client.put(this.index, key, json));
  }

  patch(key: string, json: string): void {
    this.#change(key, () => this.client.patch(this.index, key, json));
  }

  increment(key: string, field: string, by: number, init?: string): void {
    // Wasm would convert both silently.
    if (!isText(field)) throw this.refusal("increment() needs a field's name.");
    if (!Number.isFinite(by)) throw this.refusal("increment() needs a finite number to add.", "not-a-number");
    this.#change(key, () => this.client.increment(this.index, key, field, by, init));
  }

  readonly remove = (key: string): boolean => this.#change(key, () => this.client.remove(this.index, key));

  clear(): void {
    this.notifier.run(() => {
      if (this.#undo) for (const key of this.keys()) this.#undo.touched.add(key);
      this.#touch();
      this.client.clear(this.index);
    });
  }

  /** The error for something that this slice can't take. */
  refusal(what: string, code: HoldallErrorCode = "not-encodable"): HoldallError {
    return new HoldallError(code, `${this.name}: ${what}`);
  }

  subscribe(listener: (changed: readonly unknown[]) => void, topic?: unknown): Unsubscribe {
    return this.#listeners.add(listener, topic);
  }

  /** The client says that these keys have changed, and perhaps (`moved`) which keys there are, or their order. */
  changed(keys: readonly string[], moved: boolean): void {
    this.#touch(keys);
    if (moved) this.#since = undefined;
    // During a transaction, what it has changed itself is reported only because it is being undone: that is no news.
    const { touched } = this.#undo ?? {};
    const news = keys.filter((key) => !touched?.has(key));
    if (news.length === 0) return;
    this.notifier.add(() => {
      const topics = this.topics(news);
      if (topics.length > 0) this.#listeners.call(topics, topics);
    });
  }

  begin(): void {
    this.#undo = { cells: new Map(), snapshot: this.#snapshot, touched: new Set() };
  }

  commit(): void {
    this.#undo = undefined;
  }

  rollback(): void {
    for (const [key, cell] of this.#undo?.cells ?? []) {
      if (cell) this.#cells.set(key, cell);
      else this.#cells.delete(key);
    }
    this.#snapshot = this.#undo?.snapshot;
    this.#undo = undefined;
    this.#touch();
  }

  close(): void {
    this.#listeners.clear();
  }

  #keep<C>(snapshot: Snapshot<C>): C {
    this.#snapshot = snapshot;
    this.#snapshotStale = false;
    this.#since = new Set();
    return snapshot.view;
  }

  #change<R>(key: string, action: () => R): R {
    if (!isText(key)) throw this.refusal("a key must be a string without half a surrogate pair.");
    return this.notifier.run(() => {
      this.#undo?.touched.add(key);
      this.#touch([key]);
      return action();
    });
  }

  /** Drops the cells of keys that are gone, of which nobody would ask any more. */
  #forget(present: ReadonlySet<string>): void {
    for (const key of this.#cells.keys()) if (!present.has(key)) this.#cells.delete(key);
  }

  /** What is known of these keys may be out of date. */
  #touch(keys?: Iterable<string>): void {
    this.#snapshotStale = true;
    if (!keys) this.#since = undefined;
    for (const key of keys ?? this.#cells.keys()) {
      this.#since?.add(key);
      const cell = this.#cells.get(key);
      if (cell) cell.stale = true;
    }
  }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

/** A ReadonlySet in fact, and not by type alone. */
export class FrozenSet<T> extends Set<T> {
  constructor(members: Iterable<T>) {
    super();
    for (const member of members) super.add(member);
  }
  override add(): never {
    return refuse();
  }
  override delete(): never {
    return refuse();
  }
  override clear(): never {
    return refuse();
  }
}

function refuse(): never {
  throw new TypeError("A snapshot can't be changed; change the slice.");
}
