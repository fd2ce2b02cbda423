import type { Readable as Store, Writable } from "svelte/store";
import type { MapSlice } from "./map.js";
import type { ObjectSlice } from "./object.js";
import { entryOf, selected, sessionOf, type Keyed, type Readable, type SessionState, type Source } from "./reading.js";
import type { Session } from "./session.js";
import type { SetSlice } from "./set.js";
import type { Frozen, Scalar } from "./types.js";

export type { Readable, SessionState } from "./reading.js";

/**
 * A slice's snapshot, or what `selector` makes of it, as a store. It tells what is another one by `Object.is`, or by `equal`.
 *
 * @example
 * ```ts
 * const lines = sliceStore(app.state.cart);   // {#each [...$lines] as [sku, line] (sku)}
 * const count = sliceStore(app.state.cart, (lines) => lines.size);
 * ```
 */
export function sliceStore<C>(slice: Readable<C>): Store<C>;
export function sliceStore<C, R>(
  slice: Readable<C>,
  selector: (snapshot: C) => R,
  equal?: (a: R, b: R) => boolean,
): Store<R>;
export function sliceStore<C>(
  slice: Readable<C>,
  selector: (snapshot: C) => unknown = (snapshot) => snapshot,
  equal: (a: unknown, b: unknown) => boolean = Object.is,
): Store<unknown> {
  return store(selected(slice, selector, equal));
}

/**
 * One entry of a map, one field of an object, or whether a set has a member, as a store. What is set goes into the slice, and so into all tabs:
 * `undefined` takes a map's entry away, and leaves an object's field as it is.
 *
 * @example
 * ```ts
 * const lamp = entryStore(app.state.cart, "sku-1");
 * const inStock = entryStore(app.state.filters, "inStock");   // <input type="checkbox" bind:checked={$inStock} />
 * ```
 */
export function entryStore<T>(slice: MapSlice<T>, key: string): Writable<Frozen<T> | undefined>;
export function entryStore<T extends object, K extends keyof T & string>(slice: ObjectSlice<T>, field: K): Writable<Frozen<T[K]>>;
export function entryStore<T extends Scalar>(slice: SetSlice<T>, member: NoInfer<T>): Writable<boolean>;
export function entryStore(slice: unknown, key: Scalar): Writable<unknown> {
  const entry = entryOf(slice as Keyed, key);
  return { ...store(entry), set: entry.put, update: (change) => entry.put(change(entry.now())) };
}

/**
 * Who is signed in, as a store.
 *
 * @example
 * ```ts
 * const session = sessionStore(app.session);   // {#if $session.status === "signed-in"}Hello {$session.user?.name}{/if}
 * ```
 */
export function sessionStore(session: Session): Store<SessionState> {
  return store(sessionOf(session));
}

function store<R>({ now, initial, subscribe }: Source<R>): Store<R> {
  return {
    subscribe(run) {
      if (typeof document === "undefined") {
        run(initial());
        return () => {};
      }
      let last = now();
      // Before it is told for the first time: it may change something then.
      const end = subscribe(() => {
        const value = now();
        if (!Object.is(value, last)) run((last = value));
      });
      run(last);
      return end;
    },
  };
}
