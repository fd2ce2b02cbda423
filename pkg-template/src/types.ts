/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a set can hold. */
export type Scalar = string | number | boolean;

/** What has no members of its own. Asked for by itself, since a branded one (`string & { __brand: "sku" }`) is mapped like an object. */
type Leaf = Scalar | null | undefined;

/** `T` if JSON can hold it: dates, functions, maps and the like become `never`. Interfaces need no index signature. */
export type Encodable<T> = Json extends T
  ? T
  : T extends Leaf
    ? T
    : T extends symbol | bigint | ((...args: never[]) => unknown)
      ? never
      : { [K in keyof T]: Encodable<T[K]> };

/** `T`, readonly all the way down, as the values that slices give are. */
export type Frozen<T> = Json extends T ? T : T extends Leaf ? T : { readonly [K in keyof T]: Frozen<T[K]> };

/** The names of `T`'s numbers: what can be incremented. */
export type NumberField<T> = { [K in keyof T]-?: Required<T>[K] extends number ? K : never }[keyof T] & string;

/** The names of what `T` may have: of any of several objects, or any at all. */
export type FieldName<T> = Json extends T ? string : T extends object ? keyof T & string : never;

/** Ends a subscription. Calling it again does nothing. */
export type Unsubscribe = () => void;

/**
 * The wasm client, as `holdall.d.ts` declares it.
 *
 * @internal
 */
export interface WasmClient {
  /** Reads what is stored, one task's worth; gives whether there is more. Nothing else may be asked before there isn't. */
  loadSome(): boolean;
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
  signOut(erase?: boolean): Promise<void>;
  token(): Promise<string>;
  // Not by `RequestInfo`, which a server's types may not have, and these are theirs, too.
  fetch(...request: Parameters<typeof fetch>): Promise<Response>;
  prepare(...request: Parameters<typeof fetch>): Promise<Request>;
  setRules(rules: string): void;
  export(): string;
  /** Whether `adopt` has been done for a slice. */
  adopted(slice: number): boolean;
  setAdopted(slice: number): void;
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
  /** `moved`: other keys are present, or in another order; but for those that have come last. */
  changed(slice: number, keys: string[], moved: boolean): void;
  event(name: string, detail: object): void;
  /** Whether anybody listens to that event. */
  hears(name: string): boolean;
  /** Asks the library that the session comes from for a token response as JSON; `undefined` if nobody is signed in. */
  source(reason: string, signal: AbortSignal): Promise<string | undefined>;
  /** What to show for what is stored; `undefined` to hide it. Never throws, and may call the client. */
  read(slice: number, key: string, json: string, version: number): string | undefined;
  /** What a rule's function makes of a slice, as JSON. */
  select(index: number, slice: number): string | undefined;
  /** Whether a rule's function lets an answer consume. Never rejects. */
  accepts(index: number, response: Response): Promise<boolean>;
}
