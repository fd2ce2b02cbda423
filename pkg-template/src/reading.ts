import { ownMember } from "./json.js";
import type { MapSlice } from "./map.js";
import type { ObjectSlice } from "./object.js";
import type { Session, SessionStatus, User } from "./session.js";
import type { SetSlice } from "./set.js";
import type { Scalar, Unsubscribe } from "./types.js";

/** What all slices have: a content `C` that may change. */
export interface Readable<C> {
  snapshot(): C;
  initial(): C;
  subscribe(listener: () => void): Unsubscribe;
}

/** Who is signed in, as one value. */
export interface SessionState {
  /** Also `restoring` on a server, and in a page while it takes over the server's HTML: there it isn't known. */
  readonly status: SessionStatus;
  readonly user: User | undefined;
}

/** Any slice, as far as one entry, field or member of it is concerned. @internal */
export type Keyed = MapSlice<unknown> | ObjectSlice<Record<string, unknown>> | SetSlice<Scalar>;

/**
 * Something that changes, as frameworks want it.
 *
 * @internal
 */
export interface Source<R> {
  now(): R;
  /** What a server shows. */
  initial(): R;
  subscribe(listener: () => void): Unsubscribe;
}

/** One that can be put, too. @internal */
export interface Entry extends Source<unknown> {
  put(value: unknown): void;
}

/** One entry, field or member. @internal */
export function entryOf(slice: Keyed, key: Scalar): Entry {
  const name = key as string;
  return {
    put: (value) => {
      if (!("get" in slice)) slice[value ? "add" : "delete"](key);
      else if (!("has" in slice)) slice.patch({ [name]: value });
      else if (value === undefined) slice.delete(name);
      else slice.set(name, value);
    },
    // Not by the snapshot, which would be made anew after a change of anything.
    now: () => ("get" in slice ? slice.get(name) : slice.has(key)),
    initial: () => {
      const whole = slice.initial();
      if (whole instanceof Set) return whole.has(key);
      // What an object holds is JSON, and no function.
      const { get } = whole as { get?: unknown };
      if (typeof get === "function") return (whole as ReadonlyMap<string, unknown>).get(name);
      return ownMember(whole as Record<string, unknown>, name);
    },
    subscribe: (listener) => (slice.subscribe as (listener: () => void, key: Scalar) => Unsubscribe)(listener, key),
  };
}

/** What `select` makes of a slice; the same one as long as it is equal. @internal */
export function selected<C, R>(
  slice: Readable<C>,
  select: (snapshot: C) => R,
  equal: (a: R, b: R) => boolean,
  last?: { readonly value: R },
): Source<R> {
  const remember = (read: () => C): (() => R) => {
    let known: { readonly of: C; readonly value: R } | undefined;
    return () => {
      const of = read();
      if (known?.of !== of) {
        const value = select(of);
        const before = known ?? last;
        known = { of, value: before && equal(before.value, value) ? before.value : value };
      }
      return known.value;
    };
  };
  return { now: remember(slice.snapshot), initial: remember(slice.initial), subscribe: slice.subscribe };
}

const unknown: SessionState = Object.freeze({ status: "restoring", user: undefined });

/** Status and user, the same one until one of them changes. @internal */
export function sessionOf(session: Session): Source<SessionState> {
  let known: SessionState | undefined;
  return {
    now: () => {
      const { status, user } = session;
      if (known?.status !== status || known.user !== user) known = Object.freeze({ status, user });
      return known;
    },
    initial: () => unknown,
    subscribe: (listener) => session.subscribe(listener),
  };
}
