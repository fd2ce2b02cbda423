import { HoldallError, type HoldallErrorCode } from "../error.js";

const TITLES = {
  400: "Bad Request",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
} as const;

const STATUSES = {
  malformed: 400,
  "too-large": 413,
  "unsupported-body": 415,
  missing: 422,
  "wrong-type": 422,
} as const;

/** A problem of RFC 9457. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: HoldallErrorCode;
}

/** Why a request's state wasn't read. It names slices, and never quotes what was sent. */
export class StateError extends HoldallError {
  /** The HTTP status to answer with. */
  readonly status: number;

  /** @internal */
  constructor(code: keyof typeof STATUSES, message: string) {
    super(code, message);
    this.status = STATUSES[code];
  }

  /** The answer's body, to be sent as `application/problem+json`. */
  get problem(): Problem {
    const { status, message, code } = this;
    return { type: "about:blank", title: TITLES[status as keyof typeof TITLES], status, detail: message, code };
  }

  /** The answer, for servers that answer with a standard `Response`. */
  toResponse(): Response {
    const headers = { "content-type": "application/problem+json", "cache-control": "no-store" };
    return new Response(JSON.stringify(this.problem), { status: this.status, headers });
  }
}

/** @internal */
export const malformed = (slice: string | undefined, why: string): StateError =>
  new StateError("malformed", `${slice === undefined ? "the state" : `the slice \`${slice}\``} can't be read from the request: ${why}`);

/** @internal */
export const tooLarge = (why: string): StateError =>
  new StateError("too-large", `the request carries more than this server takes: ${why}`);
