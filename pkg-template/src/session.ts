import { encode, decode } from "./json.js";
import type { Notifier } from "./notify.js";
import type { Json, Unsubscribe, WasmClient } from "./types.js";

/** `restoring`: a reload asks the server; `ended`: the server has refused to renew. */
export type SessionStatus = "restoring" | "signed-out" | "signed-in" | "ended";

/** Who is signed in: the ID token's claims, or what `signIn` was given. For showing; the server decides what they may do. */
export interface User {
  readonly sub?: string;
  readonly name?: string;
  readonly [claim: string]: Json | undefined;
}

/** An RFC 6749 §5.1 body, as the sign-in endpoint answers. */
export interface TokenResponse {
  access_token: string;
  token_type: string;
  /** Seconds. */
  expires_in?: number;
  id_token?: string;
  /** For a token endpoint; a server that keeps it in a cookie sends none. */
  refresh_token?: string;
  [member: string]: unknown;
}

/** Who is signed in, and the token that says so to the server. */
export interface Session {
  /**
   * The status now.
   *
   * @example
   * ```ts
   * signInForm.hidden = app.session.status !== "signed-out" && app.session.status !== "ended";
   * ```
   */
  readonly status: SessionStatus;
  /**
   * Settles when the status is no longer `restoring`.
   *
   * @example
   * ```ts
   * await app.session.ready;
   * ```
   */
  readonly ready: Promise<void>;
  /**
   * Who is signed in, frozen; `undefined` if nobody is.
   *
   * @example
   * ```ts
   * greeting.textContent = app.session.user?.name ?? "Hello";
   * ```
   */
  readonly user: User | undefined;
  /**
   * Starts a session with what the sign-in endpoint answered. `user` is needed where there is no ID token.
   *
   * @throws HoldallError `bad-token-response`
   *
   * @example
   * ```ts
   * const response = await fetch("/auth/sign-in", { method: "POST", body: new FormData(form) });
   * app.session.signIn(await response.json());
   * ```
   */
  signIn(tokenResponse: TokenResponse, options?: { user?: User }): void;
  /**
   * Ends the session here at once, in all tabs, and then on the server. Slices with `owner: "user"` are hidden until the same
   * user signs in again; `erase` deletes what they hold in this browser.
   *
   * @throws HoldallError `sign-out-unconfirmed`: signed out here, but the server hasn't confirmed within ten seconds
   *
   * @example
   * ```ts
   * await app.session.signOut({ erase: sharedComputer.checked });
   * ```
   */
  signOut(options?: { erase?: boolean }): Promise<void>;
  /**
   * A valid access token, renewed if need be, for what `app.fetch` doesn't reach.
   *
   * @throws HoldallError `signed-out`, `refresh-failed`, `refresh-pending`, `session-changed`
   *
   * @example
   * ```ts
   * socket.send(JSON.stringify({ token: await app.session.token() }));
   * ```
   */
  token(): Promise<string>;
  /**
   * Calls `listener` when the status or the user has changed.
   *
   * @example
   * ```ts
   * const unsubscribe = app.session.subscribe((status) => console.log(status));
   * ```
   */
  subscribe(listener: (status: SessionStatus) => void): Unsubscribe;
}

/** @internal */
export function createSession(
  client: WasmClient,
  notifier: Notifier,
  subscribe: Session["subscribe"],
): Session {
  let ready: Promise<void> | undefined;
  let known = false;
  let user: { readonly json: string; readonly value: User } | undefined;

  return {
    get status() {
      return client.status() as SessionStatus;
    },
    get ready() {
      // The same promise as long as it tells the truth: who renders by it asks often.
      if (!ready || (known && client.status() === "restoring")) {
        known = false;
        ready = client.ready();
        void ready.then(() => (known = true));
      }
      return ready;
    },
    get user() {
      const json = client.user();
      if (json === undefined) return undefined;
      if (user?.json !== json) user = { json, value: decode(json) as User };
      return user.value;
    },
    signIn: (tokenResponse, options) => {
      const described = options?.user && encode(options.user, "user");
      // Text also for what isn't JSON: the client says what is wrong with it, and quotes nothing.
      const response = JSON.stringify(tokenResponse) ?? "null";
      notifier.run(() => client.signIn(response, described));
    },
    signOut: (options) => notifier.run(() => client.signOut(options?.erase)),
    token: () => client.token(),
    subscribe,
  };
}
