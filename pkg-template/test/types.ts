// What the compiler must infer and refuse. Compiled by `npm run check` and `npm test`, and never run.
import type { App } from "../src/client.js";
import * as z from "zod";
import { map, type MapSlice } from "../src/map.js";
import { object, type ObjectSlice } from "../src/object.js";
import { open } from "../src/open.js";
import type { StandardSchema } from "../src/schema.js";
import { set, type SetSlice } from "../src/set.js";
import type { HoldallErrorCode } from "../src/error.js";
import type { Frozen, Json } from "../src/types.js";

/** `Same<A, B>` is `true` if both are one type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_ extends true>(): void {}

// Interfaces, on purpose: they have no index signature.
interface Line {
  title: string;
  price: number;
  qty: number;
  note?: string | null;
  tags?: string[];
}
interface Filters {
  inStock: boolean;
}
interface Tree {
  name: string;
  children: Tree[];
}

export async function example(): Promise<void> {
  const app = await open({
    name: "shop",
    state: {
      cart: map<Line>(),
      filters: object<Filters>({ initial: { inStock: true } }),
      blocked: set<string>({ storage: "session" }),
    },
    auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
    requests: [
      { match: "/api/*", token: true },
      { match: "GET /api/messages", send: { blocked: "query", filters: "query" } },
      { match: "POST /api/checkout", token: "required", send: { cart: "body" }, consume: ["cart"] },
    ],
  });
  app.state.cart.increment("sku-1", "qty", 1, { title: "Lamp", price: 4900, qty: 0 });
  app.state.blocked.add("mallory");
  const messages = await app.fetch("/api/messages");
  await app.fetch("/api/checkout", { method: "POST" });

  is<Same<typeof messages, Response>>();
  is<Same<typeof app.state.cart, MapSlice<Line>>>();
  is<Same<typeof app.fetch extends typeof fetch ? true : false, true>>();
}

export function fields(counts: MapSlice<{ qty?: number; note?: string }>): void {
  counts.increment("a", "qty", 1);
  // @ts-expect-error no number, though it may be absent
  counts.increment("a", "note", 1);

  const state = {
    cart: map<Line>(),
    filters: object<Filters>({ initial: { inStock: true } }),
    shapes: map<{ kind: "box"; width: number } | { kind: "disc"; radius: number }>(),
    anything: map<Json>(),
    records: map<Record<string, number>>(),
    blocked: set(),
  };
  void open({
    name: "shop",
    state,
    requests: [
      { match: "/a", send: { cart: { in: "body", fields: ["qty", "note"] }, filters: { in: "body", fields: ["inStock"] } } },
      { match: "/b", send: { shapes: { in: "body", fields: ["kind", "radius"] } } },
      { match: "/c", send: { anything: { in: "body", fields: ["any"] }, records: { in: "body", fields: ["any"] } } },
    ],
  });
  // @ts-expect-error a field that is misspelt
  void open({ name: "shop", state, requests: [{ match: "/a", send: { cart: { in: "body", fields: ["qyt"] } } }] });
  // @ts-expect-error of an object, likewise
  void open({ name: "shop", state, requests: [{ match: "/a", send: { filters: { in: "body", fields: ["inStok"] } } }] });
  // @ts-expect-error members have no fields
  void open({ name: "shop", state, requests: [{ match: "/a", send: { blocked: { in: "body", fields: ["any"] } } }] });
}

export async function accepted(app: App<{ cart: MapSlice<Line> }>): Promise<void> {
  const line = app.state.cart.get("sku-1");
  is<Same<typeof line, Frozen<Line> | undefined>>();
  if (line) app.state.cart.set("sku-2", { ...line, qty: 2 });
  const entries: ReadonlyMap<string, { readonly title: string }> = app.state.cart.snapshot();
  for (const [sku, { qty }] of app.state.cart) is<Same<[typeof sku, typeof qty], [string, number]>>();
  const size = app.transaction(() => entries.size);
  is<Same<typeof size, number>>();
  app.transaction(() => {
    throw new Error("never is no promise");
  });
  using scoped = app;
  const unsubscribe: () => void = scoped.state.cart.subscribe((keys) => keys.at(0)?.length, "sku-1");
  unsubscribe();
  const user = app.session.user?.name;
  is<Same<typeof user, string | undefined>>();

  const other = await open({
    name: "other",
    state: {
      tree: map<Tree>(),
      json: map(),
      counts: map<number>({ storage: "memory" }),
      records: map<Record<string, number>>(),
      nullable: map<{ at: string | null; any: Json; unknown: unknown }>(),
      flags: set<1 | 2>(),
      inferred: object({ initial: { n: 1, list: ["a"] } }),
    },
    requests: [{ match: "/", send: { inferred: { in: "query", style: "deepObject", as: "i" }, flags: false } }],
  });
  other.state.counts.set("a", 1);
  other.state.json.set("a", [null, { b: 1 }]);
  other.state.records.increment("a", "anything", 1, {});
  other.state.flags.add(2);
  const n = other.state.inferred.get("n");
  is<Same<typeof n, number>>();
  const list = other.state.inferred.get().list;
  is<Same<typeof list, readonly string[]>>();
}

export async function options(): Promise<void> {
  const byHand: StandardSchema<Line> = {
    "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: value as Line }) },
  };
  const { state } = await open({
    name: "options",
    state: {
      everything: map<Line>({
        storage: "session",
        owner: "user",
        ttl: 60_000,
        version: 2,
        migrate: (line: { price: string }, sku, from) =>
          from === 1 && sku !== "" ? { title: "", qty: 1, price: Number(line.price) } : undefined,
        schema: byHand,
        adopt: { key: "cart", read: (text) => new Map(Object.entries(JSON.parse(text) as Record<string, Line>)) },
        initial: { lamp: { title: "Lamp", price: 4900, qty: 1 } },
      }),
      lines: map({ schema: z.object({ title: z.string(), qty: z.number().default(1), note: z.string().optional() }) }),
      byHand: map({ schema: byHand, initial: { lamp: { title: "Lamp", price: 4900, qty: 1 } } }),
      untyped: map({ initial: { a: 1, b: [null] } }),
      flags: set({ schema: z.enum(["new", "used"]), initial: ["new"], migrate: (flag: string) => (flag === "old" ? "used" : "new") }),
      numbers: set<number>({ initial: [1, 2], adopt: { key: "n", read: (text) => new Set([text.length]) } }),
      // `initial` has fewer fields than the schema: it must not be what gives the type.
      filters: object({ schema: z.object({ inStock: z.boolean(), text: z.string().optional() }), initial: { inStock: true } }),
      settings: object({ initial: { n: 1 }, ttl: 1, migrate: () => ({ n: 2 }), adopt: { key: "s", read: () => ({}) } }),
    },
  });
  is<Same<typeof state.everything, MapSlice<Line>>>();
  is<Same<typeof state.lines, MapSlice<{ title: string; qty: number; note?: string | undefined }>>>();
  is<Same<typeof state.byHand, MapSlice<Line>>>();
  is<Same<typeof state.untyped, MapSlice<Json>>>();
  is<Same<typeof state.flags, SetSlice<"new" | "used">>>();
  is<Same<typeof state.numbers, SetSlice<number>>>();
  is<Same<typeof state.filters, ObjectSlice<{ inStock: boolean; text?: string | undefined }>>>();
  is<Same<typeof state.settings, ObjectSlice<{ n: number }>>>();

  // @ts-expect-error the schema gives another type
  map<Line>({ schema: z.object({ title: z.string() }) });
  // @ts-expect-error the schema gives what JSON can't hold
  map({ schema: z.object({ at: z.date() }) });
  // @ts-expect-error a set holds scalars
  set({ schema: z.object({ title: z.string() }) });
  // @ts-expect-error initial isn't what the schema gives
  object({ schema: z.object({ inStock: z.boolean() }), initial: { inStock: "yes" } });
  // @ts-expect-error with a schema, too, an object needs initial
  object({ schema: z.object({ inStock: z.boolean() }) });
  // @ts-expect-error migrate gives another type
  map<Line>({ version: 2, migrate: () => ({ title: "Lamp" }) });
  // @ts-expect-error migrate can't be async
  map<Line>({ version: 2, migrate: async (line) => line as Line });
  // @ts-expect-error no such owner
  map<Line>({ owner: "guest" });
  // @ts-expect-error milliseconds
  map<Line>({ ttl: "1 day" });
  // @ts-expect-error an incomplete entry
  map<Line>({ initial: { lamp: { title: "Lamp" } } });
  // @ts-expect-error numbers aren't strings: set<number>
  set({ initial: [1] });
  // @ts-expect-error entries of another type
  map<Line>({ adopt: { key: "cart", read: () => ({ lamp: 1 }) } });
  // @ts-expect-error a set is no record
  set({ adopt: { key: "blocked", read: () => ({ mallory: true }) } });
  // @ts-expect-error no key
  map<Line>({ adopt: { read: () => ({}) } });
}

type Sku = string & { __brand: "sku" };
declare const cents: unique symbol;
type Cents = number & { readonly [cents]: true };

/** Types that are no more than their names at run time. */
export async function branded(sku: Sku, price: Cents, prices: ReadonlyMap<Sku, Cents>): Promise<void> {
  const { state } = await open({
    name: "brands",
    state: {
      cart: map<{ sku: Sku; price: Cents; note?: Sku; tree: Tree; all: [Sku, ...Sku[]] }>(),
      prices: map<Cents>({ initial: { lamp: price } }),
      last: object<{ sku: Sku | null; of?: { price: Cents } }>({ initial: { sku } }),
      skus: set<Sku>({ initial: [sku] }),
      parsed: map({ schema: z.object({ sku: z.string().brand("sku"), more: z.array(z.number().brand("cents")).optional() }) }),
    },
  });
  const line = state.cart.get(sku);
  is<Same<Frozen<Sku>, Sku>>();
  is<Same<Frozen<{ sku?: Sku | null }>, { readonly sku?: Sku | null }>>();
  if (line) {
    is<Same<[typeof line.sku, typeof line.price, typeof line.note, typeof line.tree.children], [Sku, Cents, Sku | undefined, readonly Frozen<Tree>[]]>>();
    is<Same<typeof line.all, readonly [Sku, ...Sku[]]>>();
    state.cart.set(sku, line);
    state.cart.increment(sku, "price", 1);
    state.skus.add(line.sku);
  }
  const one = state.prices.get(sku);
  is<Same<typeof one, Cents | undefined>>();
  for (const [sku, price] of prices) state.prices.set(sku, price);
  const last = state.last.get("sku");
  is<Same<typeof last, Sku | null>>();
  // @ts-expect-error a string that isn't branded
  state.cart.patch(sku, { sku: "lamp" });
  // @ts-expect-error a date is none by being branded
  map<{ at: Date & { __brand: "at" } }>();
}

export async function refused(app: App<{ cart: MapSlice<Line> }>): Promise<void> {
  const { cart } = app.state;
  const state = { cart: map<Line>(), blocked: set(), filters: object<Filters>({ initial: { inStock: true } }) };

  // @ts-expect-error a misspelt slice in send
  await open({ name: "a", state, requests: [{ match: "/", send: { crat: "body" } }] });
  // @ts-expect-error a misspelt slice in consume
  await open({ name: "a", state, requests: [{ match: "/", consume: ["crat"] }] });
  // @ts-expect-error no place to send to
  await open({ name: "a", state, requests: [{ match: "/", send: { cart: "cookie" } }] });
  // @ts-expect-error no style
  await open({ name: "a", state, requests: [{ match: "/", send: { cart: { in: "query", style: "csv" } } }] });
  // @ts-expect-error no such token option
  await open({ name: "a", state, requests: [{ match: "/", token: "optional" }] });
  await open({ name: "a", state, requests: [{ match: "/", send: { cart: { in: "body", select: (cart) => [...cart.keys()] } } }] });
  // @ts-expect-error the snapshot of a map is no array
  await open({ name: "a", state, requests: [{ match: "/", send: { cart: { in: "body", select: (cart) => cart.length } } }] });
  await open({ name: "a", state, requests: [{ match: "/", consume: ["cart"], consumeIf: async ({ ok }) => ok, retry: 2, overflow: "query" }] });
  // @ts-expect-error no match
  await open({ name: "a", state, requests: [{ token: true }] });
  // @ts-expect-error a kind that wasn't called
  await open({ name: "a", state: { cart: map } });
  // @ts-expect-error no name
  await open({ state });
  await open({ name: "a", state, auth: { token: "/t", clientId: "x", refreshToken: "indexeddb", revoke: "/r", grace: 30 } });
  await open({ name: "a", state, auth: { source: ({ reason, signal }) => (reason === "restore" && !signal.aborted ? null : { access_token: "t", token_type: "Bearer" }) } });
  // @ts-expect-error never there
  await open({ name: "a", state, auth: { token: "/t", clientId: "x", refreshToken: "localStorage" } });
  // @ts-expect-error clientId is missing
  await open({ name: "a", state, auth: { token: "/t" } });
  // @ts-expect-error signOut is missing
  await open({ name: "a", state, auth: { refresh: "/r" } });
  // @ts-expect-error an unknown option
  await open({ name: "a", state, rules: [] });

  // @ts-expect-error a misspelt slice
  (await open({ name: "a", state })).state.crat;
  // @ts-expect-error a field that is no number
  cart.increment("a", "title", 1);
  // @ts-expect-error a field that isn't there
  cart.increment("a", "quantity", 1);
  // @ts-expect-error an amount that is no number
  cart.increment("a", "qty", "1");
  // @ts-expect-error an incomplete entry
  cart.set("a", { title: "Lamp" });
  // @ts-expect-error a field too many
  cart.set("a", { title: "Lamp", price: 1, qty: 1, colour: "red" });
  // @ts-expect-error a field of another type
  cart.patch("a", { qty: "1" });
  // @ts-expect-error values are frozen
  cart.get("a")!.qty = 2;
  // @ts-expect-error values are frozen all the way down
  cart.get("a")!.tags?.push("x");
  // @ts-expect-error snapshots are readonly
  cart.snapshot().set("a", undefined);
  // @ts-expect-error there may be no entry
  cart.get("a").qty;
  // @ts-expect-error a key that is no string
  cart.get(1);

  const { blocked, filters } = (await open({ name: "a", state })).state;
  // @ts-expect-error a member of another type
  blocked.add(1);
  // @ts-expect-error a set's snapshot is readonly
  blocked.snapshot().add("a");
  // @ts-expect-error no number in it
  filters.increment("inStock", 1);
  // @ts-expect-error a misspelt field
  filters.patch({ instock: true });
  // @ts-expect-error a misspelt field
  filters.get("instock");
  // @ts-expect-error numbers have no fields to patch
  (await open({ name: "a", state: { counts: map<number>() } })).state.counts.patch("a", {});

  // @ts-expect-error JSON has no dates
  map<{ at: Date }>();
  // @ts-expect-error JSON has no maps
  map<{ lines: Map<string, number> }>();
  // @ts-expect-error JSON has no functions
  map<{ run(): void }>();
  // @ts-expect-error JSON has no bigints
  object<{ n: bigint }>({ initial: { n: 1n } });
  // @ts-expect-error a set holds scalars
  set<Line>();
  // @ts-expect-error an object needs its initial fields
  object<Filters>();
  // @ts-expect-error an object needs all of them
  object<Line>({ initial: { title: "Lamp" } });
  // @ts-expect-error no such storage
  set({ storage: "cookie" });

  // @ts-expect-error a transaction can't be async
  app.transaction(async () => {});
  // @ts-expect-error a transaction can't give a promise
  app.transaction(() => Promise.resolve(1));
  // @ts-expect-error no such event
  app.on("requests", () => {});
  // @ts-expect-error no such member of the event
  app.on("request", ({ authorization }) => authorization);
  // @ts-expect-error the state can't be replaced
  app.state.cart = cart;
  const exported = app.export();
  is<Same<typeof exported, string>>();
  await app.session.signOut({ erase: true });
  // @ts-expect-error no such option
  await app.session.signOut({ delete: true });
  // @ts-expect-error a token response has a token
  app.session.signIn({ token_type: "Bearer" });
  // @ts-expect-error no such code
  const code: HoldallErrorCode = "not-there";
  void code;
}
