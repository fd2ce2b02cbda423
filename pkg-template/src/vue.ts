import {
  computed,
  getCurrentInstance,
  inject,
  onMounted,
  shallowRef,
  unref,
  watch,
  type InjectionKey,
  type Plugin,
  type Ref,
  type ShallowRef,
} from "vue";
import type { App } from "./client.js";
import type { MapSlice } from "./map.js";
import type { ObjectSlice } from "./object.js";
import { entryOf, sessionOf, type Entry, type Keyed, type Readable, type SessionState, type Source } from "./reading.js";
import type { SetSlice } from "./set.js";
import type { Frozen, Scalar } from "./types.js";

export type { Readable, SessionState } from "./reading.js";

/** A value that may change: as it is, a ref, or a getter. */
export type MaybeChanging<T> = T | Readonly<Ref<T>> | (() => T);

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
 * A slice's snapshot, or what `selector` makes of it, until the scope ends. What the selector reads besides, such as props, it may be reactive.
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
  selector?: (snapshot: C) => unknown,
  equal: (a: unknown, b: unknown) => boolean = Object.is,
): Readonly<ShallowRef<unknown>> {
  const snapshot = useSource<C>(() => ({ now: slice.snapshot, initial: slice.initial, subscribe: slice.subscribe }));
  if (!selector) return snapshot;
  let last: { readonly value: unknown } | undefined;
  return computed(() => {
    const value = selector(snapshot.value);
    if (!last || !equal(last.value, value)) last = { value };
    return last.value;
  });
}

/**
 * One entry of a map, one field of an object, or whether a set has a member. Which one may change, if it is given as a ref or a getter.
 *
 * What is put into the ref, as by `v-model`, goes into the slice, and so into all tabs: `undefined` takes a map's entry away, and leaves an
 * object's field as it is.
 *
 * @example
 * ```ts
 * const props = defineProps<{ sku: string }>();
 * const line = useEntry(state.cart, () => props.sku);
 * const inStock = useEntry(state.filters, "inStock");   // <input type="checkbox" v-model="inStock">
 * ```
 */
export function useEntry<T>(slice: MapSlice<T>, key: MaybeChanging<string>): Ref<Frozen<T> | undefined>;
export function useEntry<T extends object, K extends keyof T & string>(slice: ObjectSlice<T>, field: MaybeChanging<K>): Ref<Frozen<T[K]>>;
export function useEntry<T extends Scalar>(slice: SetSlice<T>, member: MaybeChanging<NoInfer<T>>): Ref<boolean>;
export function useEntry(slice: unknown, key: MaybeChanging<Scalar>): Ref<unknown> {
  const entry = (): Entry => entryOf(slice as Keyed, typeof key === "function" ? key() : unref(key));
  const value = useSource(entry);
  return computed({ get: () => value.value, set: (next) => entry().put(next) });
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
  const source = sessionOf(useApp<App<object>>().session);
  return useSource(() => source);
}

/** What `source` gives, whichever that is: it may read what is reactive. */
function useSource<R>(source: () => Source<R>): Readonly<ShallowRef<R>> {
  // A component whose element is there before it is rendered takes over the server's HTML, and must show the same first.
  // One that is shown again has an element, too, which isn't on the page.
  const hydrates = !!(getCurrentInstance()?.vnode.el as Node | null | undefined)?.isConnected;
  const isServer = typeof document === "undefined";
  const first = hydrates || isServer ? source().initial() : source().now();
  const value = shallowRef(first);
  if (isServer) return value;
  const sources = computed(source);
  const update = (): void => {
    value.value = sources.value.now();
  };
  const follow = ({ subscribe }: Source<R>, before: Source<R> | undefined, onCleanup: (end: () => void) => void): void => {
    onCleanup(subscribe(update));
    if (before) update();
  };
  watch(sources, follow, { immediate: true, flush: "sync" });
  if (hydrates) onMounted(update);
  return value;
}
