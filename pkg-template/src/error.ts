/**
 * What went wrong. Codes are stable; messages aren't.
 */
export type HoldallErrorCode =
  /**
   * Cause: `open` was given something it can't use, or a name that is open with another configuration. Cure: the message names the option.
   * `holdall/server`: the request's body was read before. Cure: call `readState` first, or give it a clone.
   */
  | "bad-config"
  /** Cause: a rule's `match` or `send` doesn't parse. Cure: write `"[METHOD[,METHOD]] [origin]path"`; the message names the rule. */
  | "bad-rule"
  /** Cause: a rule names a slice that `state` doesn't have. Cure: correct the name. */
  | "unknown-slice"
  /** Cause: JSON, or the place a rule sends it to, can't hold the value. Cure: the message names the path and what to store instead. */
  | "not-encodable"
  /** Cause: `patch`, or `increment` without `init`, of a key that isn't there. Cure: `set` it first, or give `init`. */
  | "no-entry"
  /** Cause: `increment` of something that is no number, or by something that is none. Cure: `set` a number first. */
  | "not-a-number"
  /** Cause: `patch` or `increment` of an entry that is no object. Cure: `set` it as a whole. */
  | "not-an-object"
  /** Cause: an operation that this kind of slice doesn't have. Cure: see the table of kinds and methods. */
  | "wrong-kind"
  /**
   * Cause: `transaction` inside `transaction`, or a request that carries state inside one, which may still be undone. Cure:
   * pass the inner one's changes to the outer; send the request after it.
   */
  | "nested-transaction"
  /** Cause: a transaction's function is async. It was rolled back. Cure: await first, then change everything synchronously. */
  | "promise-in-transaction"
  /** Cause: a change or a request where there is no document: a server or a worker. Cure: do it in the page. */
  | "read-only"
  /**
   * Cause: a change of a slice that a newer version of the app has written: another tab has been updated. Cure: ask the user
   * to reload.
   */
  | "newer-version"
  /** Cause: the client was closed. Cure: `open` it again. */
  | "closed"
  /** Cause: the WebAssembly module is missing, or refused. Cure: the message says which, and what to change. */
  | "wasm-not-loaded"
  /** Cause: what `signIn` or the refresh endpoint gave isn't an RFC 6749 §5.1 token response. Cure: pass the endpoint's JSON. */
  | "bad-token-response"
  /** Cause: a token is required and nobody is signed in. Cure: ask the user to sign in. */
  | "signed-out"
  /** Cause: the token couldn't be renewed just now (network, 429, 5xx). The session goes on. Cure: try again later. */
  | "refresh-failed"
  /**
   * Cause: another tab may still get the answer to its refresh, or alone holds what refreshes, and doesn't answer. The session
   * goes on. Cure: try again.
   */
  | "refresh-pending"
  /**
   * Cause: somebody signed in or out, here or in another tab, while a request with a token waited or was under way; nothing of
   * it is shown. Cure: send it again if it is still wanted.
   */
  | "session-changed"
  /** Cause: signed out here, but the server hasn't confirmed. Cure: none needed; it is tried again at the next open. */
  | "sign-out-unconfirmed"
  /** Cause: a session over plain HTTP. Cure: serve the page by HTTPS, or from localhost. */
  | "insecure-context"
  /** Cause: a rule sends a slice under a name that the request itself uses. Cure: rename with `as`. */
  | "name-clash"
  /** Cause: a rule sends a slice in a body that isn't JSON (with that Content-Type), FormData or URLSearchParams. Cure: use one of these, or the header. */
  | "body-not-mergeable"
  /**
   * Cause: the state doesn't fit the URL or the header. Cure: send it in the body. The message has sizes by slice.
   * `holdall/server`: the request is beyond the limits.
   */
  | "too-large"
  /** Cause: a request with state in header or body was redirected; whether it took effect is unknown. Cure: request the final address, or `redirect: "follow"`. */
  | "redirected"
  /** `holdall/server` only. Cause: a request's state doesn't have the agreed form. Cure: the same `send` and shapes on both sides. */
  | "malformed"
  /** `holdall/server` only. Cause: a required slice isn't there; empty ones aren't sent. Cure: ask for it, or leave out `required`. */
  | "missing"
  /** `holdall/server` only. Cause: the schema refuses a slice. Cure: update the client, or the schema. */
  | "wrong-type"
  /** `holdall/server` only. Cause: the body is neither JSON nor a form. Cure: send its Content-Type. */
  | "unsupported-body";

/**
 * Every error of holdall's own. What `fetch` throws by itself (`TypeError`, `AbortError`) passes through as it is.
 *
 * @example
 * ```ts
 * try {
 *   await app.fetch("/api/orders");
 * } catch (error) {
 *   if (error instanceof HoldallError && error.code === "signed-out") showSignIn();
 *   else throw error;
 * }
 * ```
 */
export class HoldallError extends Error {
  override readonly name = "HoldallError";
  /**
   * What went wrong, for programs.
   *
   * @example
   * ```ts
   * if (error instanceof HoldallError && error.code === "signed-out") showSignIn();
   * ```
   */
  readonly code: HoldallErrorCode;

  /** @internal */
  constructor(code: HoldallErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
