import { HoldallError } from "./error.js";
import { decode, isText } from "./json.js";
import { Listeners, type Notifier } from "./notify.js";
import type { Unsubscribe, WasmClient } from "./types.js";

interface Cell {
  readonly json: string;
  readonly value: unknown;
  /** Whether `json` may have changed since. */
  stale: boolean;
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
  #snapshot: unknown;
  #snapshotStale = true;
  /** What a rollback brings back: the cells that a transaction has replaced, and the snapshot before it. */
  #undo: { readonly cells: Map<string, Cell | undefined>; readonly snapshot: unknown } | undefined;

  /** What listeners are told for the keys that changed: a set's members, an object's fields. */
  topics: (keys: readonly string[]) => readonly unknown[] = (keys) => keys;

  constructor(
    readonly client: WasmClient,
    readonly index: number,
    readonly name: string,
    readonly notifier: Notifier,
  ) {}

  /** The frozen value under `key`; `undefined` if there is none. */
  read(key: string): unknown {
    const cell = this.#cells.get(key);
    if (cell && !cell.stale) return cell.value;
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

  /** What `build` makes of the keys; the same as long as `build` finds that nothing has changed. */
  snapshot<C>(build: (keys: readonly string[], last: C | undefined) => C): C {
    if (this.#snapshotStale) {
      const keys = this.client.keys(this.index);
      this.#snapshot = build(keys, this.#snapshot as C | undefined);
      this.#snapshotStale = false;
    }
    return this.#snapshot as C;
  }

  /** Makes a change of one key. */
  change<R>(key: string, action: (client: WasmClient, index: number) => R): R {
    if (!isText(key)) {
      throw new HoldallError("not-encodable", `${this.name}: a key must be a string without half a surrogate pair.`);
    }
    return this.notifier.run(() => {
      this.#touch([key]);
      return action(this.client, this.index);
    });
  }

  /** Removes all keys. */
  clear(): void {
    this.notifier.run(() => {
      this.#touch(undefined);
      this.client.clear(this.index);
    });
  }

  subscribe(listener: (changed: readonly unknown[]) => void, topic?: unknown): Unsubscribe {
    return this.#listeners.add(listener, topic);
  }

  /** The client says that these keys have changed. */
  changed(keys: readonly string[]): void {
    this.#touch(keys);
    this.notifier.add(() => {
      const topics = this.topics(keys);
      if (topics.length > 0) this.#listeners.call(topics, topics);
    });
  }

  begin(): void {
    this.#undo = { cells: new Map(), snapshot: this.#snapshot };
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
    this.#touch(undefined);
  }

  close(): void {
    this.#listeners.clear();
  }

  #touch(keys: readonly string[] | undefined): void {
    this.#snapshotStale = true;
    if (keys) {
      for (const key of keys) {
        const cell = this.#cells.get(key);
        if (cell) cell.stale = true;
      }
    } else {
      for (const cell of this.#cells.values()) cell.stale = true;
    }
  }
}

/** A ReadonlyMap in fact, and not by type alone. */
export class FrozenMap<K, V> extends Map<K, V> {
  constructor(entries: Iterable<readonly [K, V]>) {
    super();
    for (const [key, value] of entries) super.set(key, value);
  }
  override set(): never {
    return refuse();
  }
  override delete(): never {
    return refuse();
  }
  override clear(): never {
    return refuse();
  }
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
  throw new TypeError("A snapshot doesn't change. Change the slice, and take another snapshot.");
}
