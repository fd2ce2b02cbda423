import { HoldallError } from "./error.js";
import { encode, isRecord, isText } from "./json.js";
import type { TokenResponse } from "./session.js";
import { refuseUnknown, type SliceDefinition } from "./slice.js";
import type { FieldName } from "./types.js";

/** What {@link open} takes. `S` is inferred from `state`. */
export interface OpenOptions<S extends object> {
  /** The prefix of every storage key; what is opened under the same name in the same origin shares its state. */
  name: string;
  /**
   * The slices, each made by `map()`, `set()` or `object()`.
   *
   * @example
   * ```ts
   * state: { cart: map<Line>(), blocked: set<string>({ storage: "session" }) }
   * ```
   */
  state: { [K in keyof S]: SliceDefinition<S[K]> };
  /** How the session is renewed and ended; without it there is no session. */
  auth?: Auth;
  /** Which requests carry what. All matching rules apply; later ones override field by field. */
  requests?: Rules<NoInfer<S>>;
}

/** How the session is renewed and ended: by a cookie, at a token endpoint, or by another library. */
export type Auth = CookieAuth | TokenAuth | SourceAuth;

/** What all ways have in common. */
export interface Audience {
  /** Other origins that may get the token, such as `https://api.example.com`. The page's own always may. */
  audience?: readonly string[];
}

/**
 * A server that keeps the refresh token in an HttpOnly cookie: what a script can't read, it can't lose.
 *
 * @example
 * ```ts
 * auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out", csrf: { name: "X-CSRF", value: "1" } }
 * ```
 */
export interface CookieAuth extends Audience {
  /** Where a POST with the cookie gives a new access token (an RFC 6749 §5.1 body). */
  refresh: string;
  /** Where a POST with the cookie revokes the session. */
  signOut: string;
  /** The header that both carry, which another site's form can't set. */
  csrf?: { name: string; value: string };
}

/**
 * A token endpoint (RFC 6749 §6) for a public client, whose refresh token the page keeps.
 *
 * @example
 * ```ts
 * auth: { token: "https://id.example.com/token", clientId: "shop", refreshToken: "indexeddb", grace: 30 }
 * ```
 */
export interface TokenAuth extends Audience {
  /** The token endpoint. */
  token: string;
  /** The client's id there. */
  clientId: string;
  /** Where the refresh token is kept: in the tab that signed in (default), which ends with it, or in this browser. */
  refreshToken?: "memory" | "indexeddb";
  /** Where a refresh token is revoked (RFC 7009) at sign-out. */
  revoke?: string;
  /** For how many seconds the endpoint still answers a refresh token that it has just replaced. */
  grace?: number;
}

/**
 * Another library that signs in and renews. The client calls it once for all tabs, and hands them the token.
 *
 * @example
 * ```ts
 * auth: { source: async () => ({ access_token: await auth0.getTokenSilently(), token_type: "Bearer" }) }
 * ```
 */
export interface SourceAuth extends Audience {
  /** Gives a token response, or `null` if nobody is signed in. What it throws counts as a failure that passes. */
  source: (request: SourceRequest) => Promise<TokenResponse | null> | TokenResponse | null;
}

/** Why a token is wanted, and until when. */
export interface SourceRequest {
  /** The page was opened anew; the token has expired, or soon will have; a server has refused it. */
  reason: "restore" | "expired" | "refused";
  /** Aborted when the session is over. */
  signal: AbortSignal;
}

/** What travels with which request, in order. `S` is the type of `state`. */
export type Rules<S extends object> = readonly Rule<S>[];

/**
 * Which requests carry the token, and which slices. A request that no rule matches passes through untouched.
 *
 * @example
 * ```ts
 * { match: "POST /api/checkout", token: "required", send: { cart: "body" }, consume: ["cart"] }
 * ```
 */
export interface Rule<S extends object = Record<string, unknown>> {
  /** `"[METHOD[,METHOD]] [origin]path"`. `*` crosses `/`, `:name` doesn't. Without an origin: the page's own. */
  match: string;
  /** `true`: the token, if signed in. `"required"`: reject with `signed-out` otherwise. `false`: none, whatever earlier rules say. */
  token?: boolean | "required";
  /** Which slices travel, and where. `false` takes away what an earlier rule sends. */
  send?: { readonly [K in keyof S & string]?: Send<S[K]> };
  /** Slices from which a 2xx removes exactly what this request sent. What was added meanwhile stays. */
  consume?: readonly (keyof S & string)[];
  /** Whether an answer, of whatever status, lets `consume` take effect. It is given a copy, whose body it may read before it says so. */
  consumeIf?: (response: Response) => boolean | Promise<boolean>;
  /**
   * What to do when the state doesn't fit the URL or the headers: `"error"` (default), or send all state in the body, so that GET
   * becomes `"query"` (the method QUERY, or POST where the server refuses that) or `"post"`.
   */
  overflow?: "error" | "query" | "post";
  /** What a redirect does to a request that carries state in a header or the body: `"error"` (default), or `"follow"` at your risk. */
  redirect?: "error" | "follow";
  /**
   * How often to send again after no answer, or 408, 429, 502, 503 or 504: with growing pauses, or as `Retry-After` says. Only of requests
   * that may be sent twice: those with an idempotent method, or an `Idempotency-Key`. Default 0.
   */
  retry?: number;
  /** Whether there is an `Idempotency-Key`, the same for each time that the request is sent. Default: if it consumes something. */
  idempotency?: boolean;
  /**
   * How many bytes the URL and the headers may have in all where state travels in them. By default 8,000, and 4,096 of them for the
   * header `Holdall-State`: what common servers take.
   */
  budget?: number;
}

/** Where a slice travels: the short form, the long form, or not at all. */
export type Send<T = unknown> = "query" | "header" | "body" | false | SendAs<T>;

/** The fields of a slice, or of its entries. */
type FieldOf<T> = T extends { snapshot(): infer R }
  ? R extends ReadonlyMap<string, infer E> ? FieldName<E> : R extends ReadonlySet<unknown> ? never : FieldName<R>
  : string;

/**
 * Where and how a slice travels. `T` is the slice.
 *
 * @example
 * ```ts
 * send: { cart: { in: "body", as: "lines", fields: ["qty"] } }
 * ```
 */
export interface SendAs<T = unknown> {
  /** The query, the header `Holdall-State`, or a member of the body. */
  in: "query" | "header" | "body";
  /** For the query: OpenAPI's `form` (default) or `deepObject`, or `json` for anything. */
  style?: "form" | "deepObject" | "json";
  /** Another name than the slice's. */
  as?: string;
  /** Only these fields, of an object or of each entry of a map. */
  fields?: readonly FieldOf<T>[];
  /** Makes what is sent, an object or an array, of the slice's snapshot; `undefined` sends nothing. Without `fields`. */
  select?: (snapshot: T extends { snapshot(): infer R } ? R : unknown) => unknown;
  /** Send it also while it is empty; not in the styles `form` and `deepObject`, which can't say that. */
  empty?: boolean;
}

/**
 * Gives the configuration as the wasm client reads it. Equal configurations give equal text: members and slices are sorted.
 * Functions aren't part of it, except that there is something to check with.
 *
 * @internal
 */
export function configure<S extends object>(options: OpenOptions<S>): string {
  const { name, state, auth, requests } = options;
  refuseUnknown("open()", options, "name state auth requests");
  if (typeof name !== "string" || !name) {
    throw new HoldallError("bad-config", "open() needs a name: the prefix of its storage keys.");
  }
  if (auth != null) checkAuth(auth);
  const configuration = {
    name,
    rules: JSON.parse(numbered(requests, [])) as unknown,
    slices: definitions(state).map(
      ([name, { kind, options: { storage = "local", initial, owner, ttl, version = 1, migrate, schema } }]) => ({
        name,
        kind,
        storage,
        initial,
        owner: owner === "device" ? undefined : owner,
        ttl,
        version: version > 1 ? version : undefined,
        check: migrate || schema ? true : undefined,
      }),
    ),
    auth: (auth as Partial<SourceAuth> | undefined)?.source ? { ...auth, source: true } : auth,
  };
  return JSON.stringify(JSON.parse(encode(configuration, `open "${name}"`)), sorted);
}

/** The core's own error would not say which option is wrong. */
function checkAuth(auth: Partial<CookieAuth & TokenAuth & SourceAuth>): void {
  const { refresh, signOut, token, clientId, source } = auth;
  const isComplete = source ? source.call : [refresh || token, refresh ? signOut : clientId].every((text) => text && isText(text));
  if (!isComplete || [refresh, token, source].filter(Boolean).length > 1) {
    throw new HoldallError("bad-config", "auth takes refresh and signOut, token and clientId, or source.");
  }
  refuseUnknown("auth", auth, "audience refresh signOut csrf token clientId refreshToken revoke grace source");
}

/**
 * A function in a rule: `select` or `consumeIf`.
 *
 * @internal
 */
export type RuleFunction = (given: never) => unknown;

/**
 * Rules as the wasm client reads them, as JSON. It knows their functions by number: their place in `functions`.
 *
 * @internal
 */
export function numbered(rules: unknown, functions: RuleFunction[]): string {
  const number = (name: string, value: unknown): unknown => {
    if (typeof value !== "function") return value;
    return /^(select|consumeIf)$/.test(name) ? functions.push(value as RuleFunction) - 1 : encode(value, name);
  };
  const list = rules ?? [];
  if (!Array.isArray(list) || !list.every(isRecord)) throw new HoldallError("bad-config", "requests must be an array of rules.");
  return JSON.stringify(list, number);
}

function sorted(this: { kind?: unknown }, key: string, value: unknown): unknown {
  // A map's initial entries have an order.
  return isRecord(value) && !(key === "initial" && this.kind === "map") ? Object.fromEntries(entries(value)) : value;
}

/**
 * The slices' names and definitions in the order in which the wasm client counts them.
 *
 * @internal
 */
export function definitions<S extends object>(state: OpenOptions<S>["state"]): [string, SliceDefinition<unknown>][] {
  return entries(state ?? {}).map(([name, definition]) => {
    if (!(definition as Partial<SliceDefinition<unknown>> | null | undefined)?.create) {
      throw new HoldallError("bad-config", `state.${name} must be made by map(), set() or object().`);
    }
    return [name, definition as SliceDefinition<unknown>];
  });
}

function entries(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
