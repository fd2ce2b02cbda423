"use client";
import {
  createContext,
  createElement,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import type { App } from "./client.js";
import type { MapSlice } from "./map.js";
import type { ObjectSlice } from "./object.js";
import { entryOf, selected, sessionOf, type Keyed, type Readable, type SessionState, type Source } from "./reading.js";
import type { SetSlice } from "./set.js";
import type { Frozen, Scalar } from "./types.js";

export type { Readable, SessionState } from "./reading.js";

const Context = createContext<App<object> | undefined>(undefined);

/** What {@link HoldallProvider} takes. */
export interface HoldallProviderProps {
  /** What `open` gave; make it once, outside of components. */
  app: App<object> | Promise<App<object>>;
  /** What shows until the state is loaded. */
  fallback?: ReactNode;
  children?: ReactNode;
}

/**
 * Gives the client to the components below. What is below shows when the state is loaded, until then `fallback`.
 *
 * @example
 * ```tsx
 * const app = open({ name: "shop", state: { cart: map<number>() } });
 *
 * createRoot(root).render(<HoldallProvider app={app} fallback={<p>…</p>}><Cart /></HoldallProvider>);
 * ```
 */
export function HoldallProvider({ app, fallback, children }: HoldallProviderProps): ReactNode {
  return createElement(Suspense, { fallback }, createElement(Opened, { app }, children));
}

function Opened({ app, children }: HoldallProviderProps): ReactNode {
  return createElement(Context.Provider, { value: "then" in app ? opened(app) : app }, children);
}

const known = new WeakMap<Promise<App<object>>, { app?: App<object>; error?: unknown }>();

/** What the promise gives; until then it is thrown, for Suspense. As React 19's `use`, which React 18 doesn't have. */
function opened(promise: Promise<App<object>>): App<object> {
  let result = known.get(promise);
  if (!result) {
    const pending: { app?: App<object>; error?: unknown } = {};
    known.set(promise, (result = pending));
    promise.then(
      (app) => (pending.app = app),
      (error: unknown) => (pending.error = error),
    );
  }
  if (result.app) return result.app;
  throw "error" in result ? result.error : promise;
}

/**
 * The client of the {@link HoldallProvider} above. `A` is what `open` gave.
 *
 * @example
 * ```tsx
 * const { state, fetch } = useApp<typeof app>();
 * ```
 */
export function useApp<A extends App<object> | Promise<App<object>>>(): Awaited<A> {
  const app = useContext(Context);
  if (!app) throw new Error("There is no HoldallProvider above this component.");
  // Which client it is, only the caller knows.
  return app as Awaited<A>;
}

/**
 * A slice's snapshot, or what `selector` makes of it. Renders again when that is another one: by `Object.is`, or by `equal`.
 *
 * @example
 * ```tsx
 * const { state } = useApp<typeof app>();
 * const lines = useSlice(state.cart);
 * const count = useSlice(state.cart, (lines) => lines.size);
 * ```
 */
export function useSlice<C>(slice: Readable<C>): C;
export function useSlice<C, R>(slice: Readable<C>, selector: (snapshot: C) => R, equal?: (a: R, b: R) => boolean): R;
export function useSlice<C>(
  slice: Readable<C>,
  selector: (snapshot: C) => unknown = same,
  equal: (a: unknown, b: unknown) => boolean = Object.is,
): unknown {
  const shown = useRef<{ value: unknown }>(undefined);
  const source = useMemo(() => selected(slice, selector, equal, shown.current), [slice, selector, equal]);
  const value = useSource(source);
  useEffect(() => {
    shown.current = { value };
  });
  return value;
}

/**
 * One entry of a map, one field of an object, or whether a set has a member. Nothing else renders this component again.
 *
 * @example
 * ```tsx
 * const line = useEntry(state.cart, "sku-1");
 * const inStock = useEntry(state.filters, "inStock");
 * const isBlocked = useEntry(state.blocked, "mallory");
 * ```
 */
export function useEntry<T>(slice: MapSlice<T>, key: string): Frozen<T> | undefined;
export function useEntry<T extends object, K extends keyof T & string>(slice: ObjectSlice<T>, field: K): Frozen<T[K]>;
export function useEntry<T extends Scalar>(slice: SetSlice<T>, member: NoInfer<T>): boolean;
export function useEntry(slice: unknown, key: Scalar): unknown {
  return useSource(useMemo(() => entryOf(slice as Keyed, key), [slice, key]));
}

/**
 * Who is signed in.
 *
 * @example
 * ```tsx
 * const { status, user } = useSession();
 * return status === "signed-in" ? <p>Hello {user?.name}</p> : <SignIn />;
 * ```
 */
export function useSession(): SessionState {
  const { session } = useApp<App<object>>();
  return useSource(useMemo(() => sessionOf(session), [session]));
}

function useSource<R>({ subscribe, now, initial }: Source<R>): R {
  return useSyncExternalStore(subscribe, now, initial);
}

const same = (value: unknown): unknown => value;
