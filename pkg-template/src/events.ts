import type { SessionStatus } from "./session.js";

/** What {@link App.on} reports. No event ever holds a token or a slice's content. */
export interface Events {
  /** A request that went through `app.fetch` has been answered, or has failed. */
  request: RequestEvent;
  /** The session has been renewed, or that was tried. */
  refresh: RefreshEvent;
  /** Storage is full or blocked: changes are kept in memory and written when there is room. */
  "storage-full": StorageFullEvent;
  /** Something stored couldn't be read, and was put aside; or `migrate`, `schema` or `adopt` didn't take it, and it is hidden. */
  corrupt: CorruptEvent;
  /** Something stored was written by a newer version of the app, or of holdall. It is left as it is. */
  "newer-version": NewerVersionEvent;
  /** The session's status or user has changed. */
  session: SessionEvent;
  /**
   * Somebody has signed in or out in another tab. Comes before everything that follows from it; when a page returns from the
   * back/forward cache, before its `pageshow` listeners.
   */
  "session-changed": SessionChangedEvent;
}

/** One request and what it carried. */
export interface RequestEvent {
  readonly method: string;
  /** Without query and fragment. */
  readonly url: string;
  /** The slices that went along. */
  readonly slices: readonly string[];
  /** How many bytes of state went along. */
  readonly bytes: number;
  /** Whether a token went along. */
  readonly token: boolean;
  /** The response's status; 0 for a network error. */
  readonly status: number;
  /** Whether it was sent again, after a 401 or a failure that the rule tries again after. */
  readonly replayed: boolean;
  /** From the call to the response. */
  readonly milliseconds: number;
}

/** One renewal. */
export interface RefreshEvent {
  /** `failed` is for now; `ended` is for good: the server has refused. */
  readonly outcome: "renewed" | "ended" | "failed";
  readonly milliseconds: number;
}

/** That what has changed can't be written now. It is tried again. */
export interface StorageFullEvent {}

/** What couldn't be read. */
export interface CorruptEvent {
  /** The slice, if it is one entry that `migrate` or `schema` didn't take, or what `adopt` found. */
  readonly slice?: string;
  /** With `slice`: the entry's key, or `adopt`'s; absent for a set's member, which would be the value itself. Else the storage key. */
  readonly key?: string;
}

/** What a newer version has written. */
export interface NewerVersionEvent {
  /** The storage key. */
  readonly key: string;
}

/** That the session is another one. `app.session` has it. */
export interface SessionChangedEvent {}

/** The session, as it is now. */
export interface SessionEvent {
  readonly status: SessionStatus;
}
