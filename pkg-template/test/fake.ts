// The wasm client in memory: the same operations and errors, for one tab without network.
import type { ClientConstructor, Host, WasmClient } from "../src/types.js";

type Members = Record<string, unknown>;

interface SliceConfig {
  name: string;
  kind: "map" | "set" | "object";
  initial?: Members;
}

interface Config {
  name: string;
  slices: SliceConfig[];
  rules: { send?: Members; consume?: string[] }[];
}

/** Stored values: a Map for each slice, by key. */
type Store = Map<string, unknown>[];

export class FakeClient implements WasmClient {
  /** The one made last. */
  static last: FakeClient | undefined;

  readonly config: Config;
  readonly calls: unknown[][] = [];
  closed = false;
  private store: Store;
  private before: Store | undefined;
  private touched = new Map<number, Set<string>>();
  private session: { status: string; user?: string } = { status: "signed-out" };

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
    this.store = names.map(() => new Map());
    FakeClient.last = this;
  }

  put(slice: number, key: string, json: string): void {
    this.alive();
    this.entries(slice).set(key, this.kind(slice) === "set" ? true : JSON.parse(json));
    this.change(slice, [key]);
  }

  patch(slice: number, key: string, json: string): void {
    this.alive();
    if (this.kind(slice) !== "object" && !this.entries(slice).has(key)) throw this.host.error("no-entry", "No entry.");
    this.assign(slice, key, JSON.parse(json) as Members);
    this.change(slice, [key]);
  }

  increment(slice: number, key: string, field: string, by: number, init?: string): void {
    this.alive();
    const entry = this.entries(slice).get(key) ?? (this.kind(slice) === "object" ? this.initial(slice) : undefined);
    if (entry === undefined && init === undefined) throw this.host.error("no-entry", "No entry.");
    const value = (entry ?? JSON.parse(init ?? "")) as Members;
    const number = value[field] ?? 0;
    if (typeof number !== "number") throw this.host.error("not-a-number", "Not a number.");
    this.assign(slice, key, { ...value, [field]: number + by });
    this.change(slice, [key]);
  }

  remove(slice: number, key: string): boolean {
    this.alive();
    const was = this.entries(slice).delete(key);
    if (was) this.change(slice, [key]);
    return was;
  }

  clear(slice: number): void {
    this.alive();
    const keys = [...this.entries(slice).keys()];
    this.entries(slice).clear();
    if (keys.length > 0) this.change(slice, keys);
  }

  begin(): void {
    this.alive();
    if (this.before) throw this.host.error("nested-transaction", "Nested.");
    this.before = this.store.map((entries) => new Map(entries));
  }

  commit(): void {
    this.before = undefined;
    const touched = this.touched;
    this.touched = new Map();
    for (const [slice, keys] of touched) this.host.changed(slice, [...keys]);
  }

  /** Reports what it brings back, as the core does. */
  rollback(): void {
    this.store = this.before ?? this.store;
    this.commit();
  }

  entry(slice: number, key: string): string | undefined {
    this.calls.push(["entry", slice, key]);
    const stored = this.entries(slice).get(key);
    if (this.kind(slice) === "object") return canonical({ ...this.initial(slice), ...(stored as Members | undefined) });
    return stored === undefined ? undefined : canonical(stored);
  }

  keys(slice: number): string[] {
    this.calls.push(["keys", slice]);
    return [...this.entries(slice).keys()];
  }

  status(): string {
    return this.session.status;
  }
  user(): string | undefined {
    return this.session.user;
  }
  async ready(): Promise<void> {}

  signIn(tokenResponse: string, user?: string): void {
    const response = JSON.parse(tokenResponse) as Members | null;
    if (typeof response?.["access_token"] !== "string") throw this.host.error("bad-token-response", "No access_token.");
    this.session = { status: "signed-in", ...(user !== undefined && { user }) };
    this.host.event("session", { status: "signed-in" });
  }

  async signOut(): Promise<void> {
    this.session = { status: "signed-out" };
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

  close(): void {
    this.closed = true;
  }

  /** What another tab's record does: it is applied, and then each slice is reported. */
  fromElsewhere(changes: { slice: string; key: string; json?: string }[]): void {
    const touched = new Map<number, string[]>();
    for (const { slice, key, json } of changes) {
      const index = this.config.slices.findIndex(({ name }) => name === slice);
      if (json === undefined) this.entries(index).delete(key);
      else this.entries(index).set(key, JSON.parse(json));
      touched.set(index, [...(touched.get(index) ?? []), key]);
    }
    for (const [index, keys] of touched) this.host.changed(index, keys);
  }

  emit(name: string, detail: object): void {
    this.host.event(name, detail);
  }

  private assign(slice: number, key: string, fields: Members): void {
    this.entries(slice).set(key, { ...(this.entries(slice).get(key) as Members | undefined), ...fields });
  }

  private change(slice: number, keys: string[]): void {
    if (!this.before) return this.host.changed(slice, keys);
    const touched = this.touched.get(slice) ?? new Set();
    for (const key of keys) touched.add(key);
    this.touched.set(slice, touched);
  }

  private alive(): void {
    if (this.closed) throw this.host.error("closed", "Closed.");
  }

  private entries(slice: number): Map<string, unknown> {
    const entries = this.store[slice];
    if (!entries) throw new Error(`there is no slice ${slice}`);
    return entries;
  }

  private kind(slice: number): string | undefined {
    return this.config.slices[slice]?.kind;
  }

  private initial(slice: number): Members {
    return this.config.slices[slice]?.initial ?? {};
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
