// What people read: money, sizes, dates, and errors in plain words.

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const times = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Cents as money. */
export const money = (cents) => euros.format(cents / 100);

/** A size in bytes, as a person would say it. */
export const size = (bytes) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);

/** A duration in milliseconds. */
export const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** `1 order`, `2 orders`. */
export const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

/** A moment: the time of day for today, the day otherwise. Takes ISO text, or Unix time in seconds or milliseconds. */
export function moment(at) {
  const date = new Date(typeof at === "number" && at < 1e11 ? at * 1000 : at);
  if (Number.isNaN(date.getTime())) return "";
  return date.toDateString() === new Date().toDateString() ? times.format(date) : days.format(date);
}

/** The server's refusal, with what its problem document says. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail ?? "");
    this.name = "Refused";
    this.status = status;
  }

  static async from(response) {
    const problem = await response.json().catch(() => ({}));
    return new Refused(response.status, problem.detail ?? problem.title);
  }
}

/** The JSON of a response; throws Refused where the server refused. */
export async function answer(response) {
  if (!response.ok) throw await Refused.from(response);
  return response.json();
}

const BY_CODE = {
  "refresh-failed": "Your sign-in couldn't be renewed just now. You are still signed in; try again in a moment.",
  "signed-out": "Please sign in first.",
  "sign-out-unconfirmed": "You are signed out here. The server couldn't be reached to hear of it; it will be told as soon as it can be.",
  "bad-token-response": "The server's answer made no sense. Try again in a moment.",
  "insecure-context": "Signing in needs a secure connection (https, or this machine).",
  "too-large": "That is more than one request can carry. Take something away and try again.",
  "redirected": "The server sent the request elsewhere, so what became of it isn't known.",
  "closed": "The shop was closed in this tab. Reload the page.",
};

/** Any error in plain words. */
export function explain(error) {
  if (BY_CODE[error?.code]) return BY_CODE[error.code];
  if (error instanceof Refused) return refused(error);
  if (error instanceof TypeError) return "The server can't be reached. Check the connection and try again.";
  return `That didn't work: ${error?.message || "no reason was given"}.`.replace("..", ".");
}

/** Whether nobody needs to hear of it: we ended that request ourselves. */
export const ended = (error) => error?.name === "AbortError";

function refused({ status, message }) {
  if (status === 429) return "That was a little fast for the server. Try again in a moment.";
  if (status >= 500) return `The server has a problem of its own (${status}). Try again in a moment.`;
  return message || `The server said no (${status}).`;
}
