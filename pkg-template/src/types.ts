import type { Entries } from "./entries.js";

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a set can hold. */
export type Scalar = string | number | boolean;

/** `T` if JSON can hold it: dates, functions, maps and the like become `never`. Interfaces need no index signature. */
export type Encodable<T> = Json extends T
  ? T
  : T extends symbol | bigint | ((...args: never[]) => unknown)
    ? never
    : { [K in keyof T]: Encodable<T[K]> };

/** `T`, readonly all the way down, as the values that slices give are. */
export type Frozen<T> = Json extends T ? T : { readonly [K in keyof T]: Frozen<T[K]> };

/** The names of `T`'s numbers: what can be incremented. */
export type NumberField<T> = { [K in keyof T]-?: T[K] extends number ? K : never }[keyof T] & string;

/** Ends a subscription. Calling it again does nothing. */
export type Unsubscribe = () => void;

/** Where a slice is kept: for all tabs and for good, for this tab, or until the page goes. */
export type StorageArea = "local" | "session" | "memory";

/**
 * What every kind of slice takes.
 *
 * @example
 * ```ts
 * const recent = set<string>({ storage: "session" });
 * ```
 */
export interface SliceOptions {
  /** Default: `"local"`. */
  storage?: StorageArea;
}

/** What `map()`, `set()` and `object()` make for {@link open}: the description of a slice of type `Slice`. */
export interface SliceDefinition<Slice> {
  readonly kind: "map" | "set" | "object";
  readonly storage: StorageArea;
  readonly initial?: object;
  /** @internal */
  readonly create: (entries: Entries) => Slice;
}

/**
 * The wasm client, as `holdall.d.ts` declares it.
 *
 * @internal
 */
export interface WasmClient {
  put(slice: number, key: string, json: string): void;
  patch(slice: number, key: string, json: string): void;
  increment(slice: number, key: string, field: string, by: number, init?: string): void;
  remove(slice: number, key: string): boolean;
  clear(slice: number): void;
  begin(): void;
  commit(): void;
  rollback(): void;
  entry(slice: number, key: string): string | undefined;
  keys(slice: number): string[];
  status(): string;
  user(): string | undefined;
  ready(): Promise<void>;
  signIn(tokenResponse: string, user?: string): void;
  signOut(): Promise<void>;
  token(): Promise<string>;
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  prepare(input: RequestInfo | URL, init?: RequestInit): Promise<Request>;
  close(): void;
}

/** @internal */
export type ClientConstructor = new (config: string, host: Host) => WasmClient;

/**
 * What the wasm client calls.
 *
 * @internal
 */
export interface Host {
  error(code: string, message: string, cause?: unknown): Error;
  changed(slice: number, keys: string[]): void;
  event(name: string, detail: object): void;
}
