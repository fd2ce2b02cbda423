// The wasm client in memory: the same operations and errors, for one tab without network. What it stores stays for the next
// client of the same name.
import type { ClientConstructor, Host, WasmClient } from "../src/types.js";

type Members = Record<string, unknown>;

interface SliceConfig {
  name: string;
  kind: "map" | "set" | "object";
  initial?: Members | unknown[];
  owner?: "device" | "user";
  version?: number;
  ttl?: number;
  check?: true;
}

interface Config {
  name: string;
  slices: SliceConfig[];
  rules: { send?: Members; consume?: string[] }[];
}

/** Never changed: a change puts another one. */
interface Stored {
  readonly json: string;
  readonly version: number;
  readonly at: number;
}

/** A slice's entries in one area, by key. */
type Entries = Map<string, Stored>;

export class FakeClient implements WasmClient {
  /** The one made last. */
  static last: FakeClient | undefined;

  /** Everything stored, by the path of the slice. */
  static readonly disk = new Map<string, Entries>();
  static readonly adopted = new Set<string>();

  readonly config: Config;
  readonly calls: unknown[][] = [];
  closed = false;
  private before: Map<string, Entries> | undefined;
  private touched = new Map<number, Set<string>>();
  private session: { status: string; user?: string } = { status: "signed-out" };
  /** What is shown for a stored entry: its own text for this page's, and what the host has given for others'. */
  private readonly shown = new WeakMap<Stored, string | undefined>();

  constructor(
    config: string,
    private readonly host: Host,
  ) {
    this.config = JSON.parse(config) as Config;
    const names = this.config.slices.map(({ name }) => name);
    for (const rule of this.config.rules) {
      for (const name of [...Object.keys(rule.send ?? {}), ...(rule.consume ?? [])]) {
        if (!names.includes(name)) throw host.error("unknown-slice", `There is no slice "${name}".`);
      }
    }
    FakeClient.last = this;
    names.forEach((_name, slice) => this.check(slice));
    // A microtask later, when whoever opens it can hear it.
    queueMicrotask(() => names.forEach((name, slice) => this.isNewer(slice) && host.event("newer-version", { key: `${this.config.name}/${name}` })));
  }

  /** How often it says that there is more to load. */
  static steps = 0;

  loadSome(): boolean {
    return FakeClient.steps > 0 && FakeClient.steps-- > 0;
  }

  put(slice: number, key: string, json: string): void {
    this.write(slice, key, JSON.parse(this.slice(slice).kind === "set" ? key : json));
  }

  patch(slice: number, key: string, json: string): void {
    const value = this.value(slice, key);
    if (!value && this.slice(slice).kind !== "object") throw this.host.error("no-entry", "No entry.");
    this.write(slice, key, { ...value, ...(JSON.parse(json) as Members) });
  }

  increment(slice: number, key: string, field: string, by: number, init?: string): void {
    const value = this.value(slice, key) ?? (init === undefined ? undefined : (JSON.parse(init) as Members));
    if (!value) throw this.host.error("no-entry", "No entry.");
    const number = value[field] ?? 0;
    if (typeof number !== "number") throw this.host.error("not-a-number", "Not a number.");
    this.write(slice, key, { ...value, [field]: number + by });
  }

  remove(slice: number, key: string): boolean {
    this.alive(slice);
    const was = this.keys(slice).includes(key);
    this.entries(slice).delete(key);
    if (was) this.change(slice, [key]);
    return was;
  }

  clear(slice: number): void {
    this.alive(slice);
    const keys = [...this.entries(slice).keys()];
    this.entries(slice).clear();
    if (keys.length > 0) this.change(slice, keys);
  }

  setRules(rules: string): void {
    this.config.rules = JSON.parse(rules) as Config["rules"];
  }

  begin(): void {
    this.alive();
    if (this.before) throw this.host.error("nested-transaction", "Nested.");
    this.before = new Map([...FakeClient.disk].map(([path, entries]) => [path, new Map(entries)]));
  }

  commit(): void {
    this.before = undefined;
    const touched = this.touched;
    this.touched = new Map();
    for (const [slice, keys] of touched) this.host.changed(slice, [...keys], true);
  }

  /** Reports what it brings back, as the core does. */
  rollback(): void {
    for (const [path, entries] of this.before ?? []) FakeClient.disk.set(path, entries);
    this.commit();
  }

  entry(slice: number, key: string): string | undefined {
    this.calls.push(["entry", slice, key]);
    return this.textOrInitial(slice, key);
  }

  keys(slice: number): string[] {
    this.calls.push(["keys", slice]);
    return [...this.entries(slice).keys()].filter((key) => this.text(slice, key) !== undefined);
  }

  status(): string {
    return this.session.status;
  }
  user(): string | undefined {
    return this.session.user;
  }
  async ready(): Promise<void> {}

  /** What another tab's sign-in does. */
  restores(): void {
    this.session = { status: "restoring" };
  }

  signIn(tokenResponse: string, user?: string): void {
    const response = JSON.parse(tokenResponse) as Members | null;
    if (typeof response?.["access_token"] !== "string") throw this.host.error("bad-token-response", "No access_token.");
    this.become({ status: "signed-in", ...(user !== undefined && { user }) }, true);
    this.host.event("session", { status: "signed-in" });
  }

  async signOut(erase?: boolean): Promise<void> {
    this.become({ status: "signed-out" }, erase);
    this.host.event("session", { status: "signed-out" });
    throw this.host.error("sign-out-unconfirmed", "No network.", new TypeError("offline"));
  }

  async token(): Promise<string> {
    if (this.session.status !== "signed-in") throw this.host.error("signed-out", "Nobody is signed in.");
    return "token";
  }

  async fetch(input: RequestInfo | URL): Promise<Response> {
    this.calls.push(["fetch", input]);
    return new Response("from holdall");
  }

  async prepare(input: RequestInfo | URL, init?: RequestInit): Promise<Request> {
    return new Request(input, init);
  }

  export(): string {
    const mine = [...FakeClient.disk].filter(([path]) => path.startsWith(`${this.config.name}/`));
    const may = (path: string) => !path.includes("/u.") || path.includes(`/${this.area("user")}/`);
    return JSON.stringify(Object.fromEntries(mine.map(([path, entries]) => [path, may(path) ? Object.fromEntries(entries) : null])));
  }

  adopted(slice: number): boolean {
    return FakeClient.adopted.has(`${this.config.name}/${this.slice(slice).name}`);
  }
  setAdopted(slice: number): void {
    FakeClient.adopted.add(`${this.config.name}/${this.slice(slice).name}`);
  }

  close(): void {
    this.closed = true;
  }

  /** What another tab's record does: it is applied and checked, and then each slice is reported. */
  fromElsewhere(changes: { slice: string; key: string; json?: string; version?: number }[]): void {
    const touched = new Map<number, string[]>();
    for (const { slice, key, json, version = 1 } of changes) {
      const index = this.config.slices.findIndex(({ name }) => name === slice);
      if (json === undefined) this.entries(index).delete(key);
      else this.entries(index).set(key, { json: canonical(JSON.parse(json)), version, at: Date.now() });
      touched.set(index, [...(touched.get(index) ?? []), key]);
    }
    for (const index of touched.keys()) this.check(index);
    for (const [index, keys] of touched) this.host.changed(index, keys, true);
  }

  hears(name: string): boolean {
    return this.host.hears(name);
  }

  emit(name: string, detail: object): void {
    this.host.event(name, detail);
  }

  private write(slice: number, key: string, value: unknown): void {
    this.alive(slice);
    const stored = { json: canonical(value), version: this.slice(slice).version ?? 1, at: Date.now() };
    this.shown.set(stored, stored.json);
    this.entries(slice).set(key, stored);
    this.change(slice, [key]);
    const { ttl } = this.slice(slice);
    // A little later: timers may be early by a millisecond. Long ones would keep the tests waiting.
    if (ttl !== undefined && ttl < 1000) setTimeout(() => this.host.changed(slice, [key], true), ttl + 5);
  }

  private change(slice: number, keys: string[]): void {
    if (!this.before) return this.host.changed(slice, keys, true);
    const touched = this.touched.get(slice) ?? new Set();
    for (const key of keys) touched.add(key);
    this.touched.set(slice, touched);
  }

  private alive(slice?: number): void {
    if (this.closed) throw this.host.error("closed", "Closed.");
    if (slice !== undefined && this.isNewer(slice)) throw this.host.error("newer-version", "Reload.");
  }

  /** Asks the host for what is stored and hasn't been shown yet. */
  private check(slice: number): void {
    for (const [key, stored] of this.entries(slice)) {
      if (this.shown.has(stored)) continue;
      const { check, version = 1 } = this.slice(slice);
      if (stored.version > version) this.shown.set(stored, undefined);
      else this.shown.set(stored, check ? this.host.read(slice, key, stored.json, stored.version) : stored.json);
    }
  }

  private isNewer(slice: number): boolean {
    return [...this.entries(slice).values()].some(({ version }) => version > (this.slice(slice).version ?? 1));
  }

  /** What shows of an entry: nothing of an expired or a hidden one. */
  private text(slice: number, key: string): string | undefined {
    const stored = this.entries(slice).get(key);
    if (!stored || stored.at + (this.slice(slice).ttl ?? Infinity) <= Date.now()) return undefined;
    return this.shown.get(stored);
  }

  private textOrInitial(slice: number, key: string): string | undefined {
    const { kind, initial } = this.slice(slice);
    return this.text(slice, key) ?? (kind === "object" ? canonical(initial) : undefined);
  }

  private value(slice: number, key: string): Members | undefined {
    const text = this.textOrInitial(slice, key);
    return text === undefined ? undefined : (JSON.parse(text) as Members);
  }

  /** Changes who is signed in, and so whose slices show. What a guest had is joined into the user's; `forget` deletes it. */
  private become(session: FakeClient["session"], forget: boolean | undefined): void {
    const slices = this.config.slices.flatMap(({ owner }, slice) => (owner === "user" ? [slice] : []));
    const former = slices.map((slice) => this.entries(slice));
    const isGuest = this.session.status === "signed-out";
    this.session = session;
    slices.forEach((slice, index) => {
      const [before, now] = [former[index] ?? new Map(), this.entries(slice)] as [Entries, Entries];
      if (before === now) return;
      const keys = new Set([...before.keys(), ...now.keys()]);
      if (isGuest) for (const [key, stored] of before) now.set(key, stored);
      if (forget) before.clear();
      this.check(slice);
      this.host.changed(slice, [...keys], true);
    });
  }

  private slice(slice: number): SliceConfig {
    const config = this.config.slices[slice];
    if (!config) throw new Error(`there is no slice ${slice}`);
    return config;
  }

  private area(owner?: string): string {
    const subject = this.session.user && (JSON.parse(this.session.user) as Members)["sub"];
    return owner === "user" ? (subject ? `u.${String(subject)}` : "guest") : "device";
  }

  /** The slice's entries in the area of whom they belong to now; its initial ones if it is new there. */
  private entries(slice: number): Entries {
    const { name, kind, owner, initial, version = 1 } = this.slice(slice);
    const path = `${this.config.name}/${this.area(owner)}/${name}`;
    let entries = FakeClient.disk.get(path);
    if (!entries) {
      const first: [string, unknown][] =
        kind === "object" || !initial
          ? []
          : Array.isArray(initial)
            ? initial.map((member) => [canonical(member), member])
            : Object.entries(initial);
      entries = new Map();
      for (const [key, value] of first) {
        const stored = { json: canonical(value), version, at: Date.now() };
        this.shown.set(stored, stored.json);
        entries.set(key, stored);
      }
      FakeClient.disk.set(path, entries);
    }
    return entries;
  }
}

export const Fake: ClientConstructor = FakeClient;

/** Sorted members, as the core writes them. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
