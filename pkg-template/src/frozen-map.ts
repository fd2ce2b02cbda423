/**
 * A map of which the next one costs what has changed, and not what there is: it takes over the entries, and this one remembers what they were
 * (Baker, "Shallow Binding Makes Functional Arrays Fast", 1991). An old one that is asked again copies them.
 *
 * @internal
 */
export class FrozenMap<V> implements ReadonlyMap<string, V> {
  /** All entries; another has them if this is undefined. */
  #map: Map<string, V> | undefined;
  #next: FrozenMap<V> | undefined;
  /** What the next one has changed was this. */
  #undo: (readonly [string, V | undefined])[] = [];
  /** Somebody goes through the entries, and mustn't meet changes. */
  #lent = false;
  /** So many have had the entries before. */
  #age = 0;

  constructor(map: Map<string, V>) {
    this.#map = map;
    // Frameworks put a proxy around what isn't frozen, as Vue's `ref` does, and a proxy has no private fields. These stay writable.
    Object.freeze(this);
  }

  /**
   * The next one, when nothing has changed but the values of these keys, or one that has come last; this one, if nothing has. `undefined` if
   * more has changed.
   */
  next(keys: Iterable<string>, read: (key: string) => V | undefined): FrozenMap<V> | undefined {
    const map = this.#own();
    const changed: [string, V][] = [];
    for (const key of keys) {
      const value = read(key);
      if (value === map.get(key)) continue;
      // The order of several new ones isn't known here.
      if (value === undefined || (!map.has(key) && changed.some(([key]) => !map.has(key)))) return undefined;
      changed.push([key, value]);
    }
    if (changed.length === 0) return this;
    // Now and then a copy, so that an old one that somebody keeps doesn't keep all changes since.
    const copies = this.#lent || this.#age > map.size;
    const next = new FrozenMap(copies ? new Map(map) : map);
    if (!copies) {
      this.#undo = changed.map(([key]) => [key, map.get(key)]);
      this.#next = next;
      this.#map = undefined;
      next.#age = this.#age + 1;
    }
    for (const [key, value] of changed) next.#own().set(key, value);
    return next;
  }

  get size(): number {
    return this.#own().size;
  }

  get(key: string): V | undefined {
    return this.#own().get(key);
  }

  has(key: string): boolean {
    return this.#own().has(key);
  }

  keys(): MapIterator<string> {
    return this.#lend().keys();
  }

  values(): MapIterator<V> {
    return this.#lend().values();
  }

  entries(): MapIterator<[string, V]> {
    return this.#lend().entries();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(each: (value: V, key: string, map: ReadonlyMap<string, V>) => void, self?: unknown): void {
    this.#lend().forEach((value, key) => each.call(self, value, key, this));
  }

  #lend(): Map<string, V> {
    this.#lent = true;
    return this.#own();
  }

  #own(): Map<string, V> {
    if (this.#map) return this.#map;
    const between: FrozenMap<V>[] = [];
    let newer: FrozenMap<V> = this;
    while (newer.#next) {
      between.push(newer);
      newer = newer.#next;
    }
    const map = new Map(newer.#map);
    for (const older of between.reverse()) {
      for (const [key, value] of older.#undo) {
        if (value === undefined) map.delete(key);
        else map.set(key, value);
      }
    }
    this.#next = undefined;
    this.#undo = [];
    return (this.#map = map);
  }
}
