import {
  getCurrentInstance,
  inject,
  onMounted,
  onScopeDispose,
  shallowRef,
  type InjectionKey,
  type Plugin,
  type ShallowRef,
} from "vue";
import type { App } from "./client.js";
import type { MapSlice } from "./map.js";
import type { ObjectSlice } from "./object.js";
import { entryOf, selected, sessionOf, type Keyed, type Readable, type SessionState, type Source } from "./reading.js";
import type { SetSlice } from "./set.js";
import type { Frozen, Scalar } from "./types.js";

export type { Readable, SessionState } from "./reading.js";

const key: InjectionKey<App<object>> = Symbol("holdall");

/**
 * Gives the client to all components.
 *
 * @example
 * ```ts
 * const client = await open({ name: "shop", state: { cart: map<number>() } });
 *
 * createApp(Shop).use(holdall(client)).mount("#shop");
 * ```
 */
export function holdall(app: App<object>): Plugin {
  return { install: (vue) => void vue.provide(key, app) };
}

/**
 * The client that {@link holdall} gave. `A` is what `open` gave.
 *
 * @example
 * ```ts
 * const { state, fetch } = useApp<typeof client>();
 * ```
 */
export function useApp<A extends App<object>>(): A {
  const app = inject(key, undefined);
  if (!app) throw new Error("There is no client: app.use(holdall(client)) first.");
  // Which client it is, only the caller knows.
  return app as A;
}

/**
 * A slice's snapshot, or what `selector` makes of it, until the scope ends.
 *
 * @example
 * ```ts
 * const { state } = useApp<typeof client>();
 * const lines = useSlice(state.cart);
 * const count = useSlice(state.cart, (lines) => lines.size);
 * ```
 */
export function useSlice<C>(slice: Readable<C>): Readonly<ShallowRef<C>>;
export function useSlice<C, R>(
  slice: Readable<C>,
  selector: (snapshot: C) => R,
  equal?: (a: R, b: R) => boolean,
): Readonly<ShallowRef<R>>;
export function useSlice<C>(
  slice: Readable<C>,
  selector: (snapshot: C) => unknown = (snapshot) => snapshot,
  equal: (a: unknown, b: unknown) => boolean = Object.is,
): Readonly<ShallowRef<unknown>> {
  return useSource(selected(slice, selector, equal));
}

/**
 * One entry of a map, one field of an object, or whether a set has a member.
 *
 * @example
 * ```ts
 * const line = useEntry(state.cart, "sku-1");
 * const inStock = useEntry(state.filters, "inStock");
 * ```
 */
export function useEntry<T>(slice: MapSlice<T>, key: string): Readonly<ShallowRef<Frozen<T> | undefined>>;
export function useEntry<T extends object, K extends keyof T & string>(
  slice: ObjectSlice<T>,
  field: K,
): Readonly<ShallowRef<Frozen<T[K]>>>;
export function useEntry<T extends Scalar>(slice: SetSlice<T>, member: NoInfer<T>): Readonly<ShallowRef<boolean>>;
export function useEntry(slice: unknown, key: Scalar): Readonly<ShallowRef<unknown>> {
  return useSource(entryOf(slice as Keyed, key));
}

/**
 * Who is signed in.
 *
 * @example
 * ```ts
 * const session = useSession();
 * const greeting = computed(() => `Hello ${session.value.user?.name ?? "you"}`);
 * ```
 */
export function useSession(): Readonly<ShallowRef<SessionState>> {
  return useSource(sessionOf(useApp<App<object>>().session));
}

function useSource<R>({ now, initial, subscribe }: Source<R>): Readonly<ShallowRef<R>> {
  // A component whose element is there before it is rendered takes over the server's HTML, and must show the same first.
  const hydrates = !!getCurrentInstance()?.vnode.el;
  const isServer = typeof document === "undefined";
  const value = shallowRef(hydrates || isServer ? initial() : now());
  if (isServer) return value;
  const update = (): void => {
    value.value = now();
  };
  onScopeDispose(subscribe(update));
  if (hydrates) onMounted(update);
  return value;
}
