// What the compiler must infer and refuse of the adapters. Compiled by `npm run check` and `npm test`, and never run.
import type { Readable as Store, Writable } from "svelte/store";
import type { ShallowRef } from "vue";
import type { App } from "../src/client.js";
import type { MapSlice } from "../src/map.js";
import { map } from "../src/map.js";
import type { ObjectSlice } from "../src/object.js";
import { open } from "../src/open.js";
import * as react from "../src/react.js";
import type { SetSlice } from "../src/set.js";
import * as svelte from "../src/svelte.js";
import { openTest } from "../src/testing.js";
import type { Frozen } from "../src/types.js";
import * as vue from "../src/vue.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_ extends true>(): void {}

interface Line {
  title: string;
  qty: number;
}
interface Slices {
  cart: MapSlice<Line>;
  filters: ObjectSlice<{ inStock: boolean; text?: string }>;
  blocked: SetSlice<"mallory" | "trudy">;
}
declare const app: App<Slices>;

export function inReact(): void {
  const opened = open({ name: "shop", state: { cart: map<Line>() } });
  const { state, fetch } = react.useApp<typeof opened>();
  is<Same<typeof state.cart, MapSlice<Line>>>();
  is<Same<typeof fetch extends typeof globalThis.fetch ? true : false, true>>();
  is<Same<ReturnType<typeof react.useApp<typeof app>>, App<Slices>>>();
  react.HoldallProvider({ app: opened, fallback: null });
  react.HoldallProvider({ app });

  const { cart, filters, blocked } = app.state;
  const lines = react.useSlice(cart);
  is<Same<typeof lines, ReadonlyMap<string, Frozen<Line>>>>();
  const count = react.useSlice(cart, (lines) => lines.size);
  is<Same<typeof count, number>>();
  const skus = react.useSlice(
    cart,
    (lines) => [...lines.keys()],
    (a, b) => a.length === b.length,
  );
  is<Same<typeof skus, string[]>>();
  const line = react.useEntry(cart, "lamp");
  is<Same<typeof line, Frozen<Line> | undefined>>();
  const text = react.useEntry(filters, "text");
  is<Same<typeof text, string | undefined>>();
  const isBlocked = react.useEntry(blocked, "mallory");
  is<Same<typeof isBlocked, boolean>>();
  const { user } = react.useSession();
  is<Same<typeof user, App<Slices>["session"]["user"]>>();

  // @ts-expect-error a slice, not the state
  react.useSlice(app.state);
  // @ts-expect-error a field that isn't there
  react.useEntry(filters, "instock");
  // @ts-expect-error a member that can't be
  react.useEntry(blocked, "alice");
  // @ts-expect-error a key that is no string
  react.useEntry(cart, 1);
  // @ts-expect-error a field that isn't there
  react.useSlice(cart, (lines) => lines.length);
  // @ts-expect-error compares what the selector gives
  react.useSlice(cart, (lines) => lines.size, (a: string, b: string) => a === b);
  // @ts-expect-error lines are frozen
  react.useEntry(cart, "lamp")!.qty = 2;
  // @ts-expect-error the client, or a promise of it
  react.HoldallProvider({ app: open });
  // @ts-expect-error what open gave
  react.useApp<typeof open>();
}

export function inVue(): void {
  const { cart, filters, blocked } = vue.useApp<typeof app>().state;
  const lines = vue.useSlice(cart);
  is<Same<typeof lines, Readonly<ShallowRef<ReadonlyMap<string, Frozen<Line>>>>>>();
  const inStock = vue.useEntry(filters, "inStock");
  is<Same<typeof inStock.value, boolean>>();
  inStock.value = false;
  // @ts-expect-error a field of another type
  inStock.value = "yes";
  const isBlocked = vue.useEntry(blocked, "trudy");
  is<Same<typeof isBlocked.value, boolean>>();
  vue.holdall(app);

  // @ts-expect-error a field that isn't there
  vue.useEntry(filters, "instock");
  // @ts-expect-error changes go through the slice
  vue.useSlice(cart).value = new Map();
  // @ts-expect-error the client, once it is open
  vue.holdall(open({ name: "shop", state: {} }));
}

export function inSvelte(): void {
  const { cart, filters } = app.state;
  const line = svelte.entryStore(cart, "lamp");
  is<Same<typeof line, Writable<Frozen<Line> | undefined>>>();
  svelte.entryStore(filters, "inStock").set(true);
  // @ts-expect-error a field of another type
  svelte.entryStore(filters, "inStock").set("yes");
  const size = svelte.sliceStore(cart, ({ size }) => size);
  is<Same<typeof size, Store<number>>>();
  svelte.sessionStore(app.session).subscribe(({ status }) => status === "signed-in");

  // @ts-expect-error a field that isn't there
  svelte.entryStore(filters, "instock");
  // @ts-expect-error a store can't be set
  svelte.sliceStore(cart).set(new Map());
  // @ts-expect-error the session, not the client
  svelte.sessionStore(app);
}

export async function inTests(): Promise<void> {
  const { app, clock, requests } = openTest({ name: "shop", state: { cart: map<Line>() } }, { "GET /": () => new Response() });
  is<Same<typeof app.state.cart, MapSlice<Line>>>();
  is<Same<(typeof requests)[number]["body"], string>>();
  await clock.advance(1);

  // @ts-expect-error a route gives a Response
  openTest({ name: "shop", state: {} }, { "GET /": () => "text" });
  // @ts-expect-error the clock is moved by advance()
  clock.now = 0;
  // @ts-expect-error a misspelt slice in send, here too
  openTest({ name: "shop", state: { cart: map<Line>() }, requests: [{ match: "/", send: { crat: "body" } }] });
}
