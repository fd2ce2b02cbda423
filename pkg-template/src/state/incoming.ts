import { HoldallError } from "../error.js";
import type { Budget } from "./budget.js";
import { malformed, tooLarge } from "./error.js";
import type { Field } from "./multipart.js";

/** A request as Node has it, or as Express and its like make it of that: `body` is then what was read, or parsed, already. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Of a stream: whether something of it was read. */
  readonly readableDidRead?: boolean | undefined;
}

interface NodeStream {
  iterator(options: object): AsyncIterable<Uint8Array>;
  resume(): unknown;
}

/** A body as it came, or the fields of a form that a parser has read. */
export type Body = Uint8Array | Field[];

/** A request's parts that may carry state. */
export interface Incoming {
  readonly query: string;
  header(name: string): string;
  body(budget: Budget): Promise<Body>;
}

/** What both kinds of requests have in common. */
export function incoming(request: Request | NodeRequest): Incoming {
  const { headers } = request;
  const query = /^[^?#]*\?([^#]*)/.exec(request.url ?? "")?.[1] ?? "";
  if (isHeaders(headers)) {
    return { query, header: (name) => headers.get(name) ?? "", body: (budget) => standardBody(request as Request, budget) };
  }
  const header = (name: string): string => {
    const value = headers[name] ?? "";
    return typeof value === "string" ? value : value.join(", ");
  };
  return { query, header, body: (budget) => nodeBody(request as NodeRequest, header, budget) };
}

async function standardBody({ headers, body, bodyUsed }: Request, budget: Budget): Promise<Body> {
  if (bodyUsed || body?.locked) throw alreadyRead();
  return readStream(headers.get("content-length"), body, budget);
}

async function nodeBody(request: NodeRequest, header: (name: string) => string, budget: Budget): Promise<Body> {
  const { body, readableDidRead } = request;
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return encode(body);
  if (readableDidRead && body === undefined) throw alreadyRead();
  // Beside an unread stream, an empty object is what Express 4's parsers leave of a body that isn't theirs.
  const filled = typeof body === "object" && Object.keys(body ?? {}).length > 0;
  if (readableDidRead || filled) return unparse(body, header("content-type"));
  const stream = request as Partial<NodeStream>;
  if (readableDidRead === undefined && !stream.iterator) {
    // And without one, what Koa's and Fastify's leave of no body.
    if (!(Number(header("content-length")) > 0 || header("transfer-encoding"))) return [];
    if (body === undefined) throw alreadyRead();
    return unparse(body, header("content-type"));
  }
  // Leaving its usual loop early would end the connection, and with it the answer. What is left unread would block the next request on it.
  const chunks = stream.iterator?.({ destroyOnReturn: false }) ?? null;
  return readStream(header("content-length"), chunks, budget, () => stream.resume?.());
}

function alreadyRead(): HoldallError {
  return new HoldallError("bad-config", "The request's body was read already: call readState first, or give it a clone of the request.");
}

/** What a parser for this type has read. That a name came twice, it has kept to itself, unless it made an array of it. */
function unparse(body: unknown, contentType: string): Body {
  if (/^\s*(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i.test(contentType)) {
    const fields = Object.entries(body ?? {}).flatMap(([name, value]: [string, unknown]) => [value].flat().map((text) => [name, text]));
    // What it has made of names like `a[b]` is no slice's: anything that isn't JSON does, also for what has no text.
    return fields.map(([name, text]): Field => [name as string, encode(typeof text === "string" ? text : "?")]);
  }
  try {
    return encode(JSON.stringify(body, finite));
  } catch (error) {
    // The engine parses deeper than it writes.
    throw error instanceof RangeError ? tooLarge("its JSON is nested too deeply") : error;
  }
}

/** JSON would write null in place of what the parser has made of a number beyond all doubles. */
function finite(_name: string, value: unknown): unknown {
  if (value === Infinity || value === -Infinity) throw malformed(undefined, "it has a number beyond all doubles");
  return value;
}

/**
 * Holds hardly more than the limit at any time, and doesn't begin with a body that says to have more. Calls `left` when it has left a
 * stream that has more.
 */
async function readStream(
  length: string | null,
  stream: AsyncIterable<Uint8Array> | Request["body"] | null,
  budget: Budget,
  left: () => unknown = () => {},
): Promise<Uint8Array> {
  const refused = tooLarge("its body has too many bytes");
  if (Number(length) > budget.bytes) throw refused;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reading = (stream as AsyncIterable<Uint8Array> | null)?.[Symbol.asyncIterator]();
  try {
    for (let next; reading && !(next = await reading.next()).done; ) {
      size += next.value.length;
      if (size > budget.bytes) {
        // Not waited for: leaving a clone ends only when the original is left, too.
        void reading.return?.().then(left, left);
        throw refused;
      }
      chunks.push(next.value);
    }
  } catch (error) {
    throw error === refused ? refused : malformed(undefined, "the body ends too early");
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function isHeaders(headers: object): headers is Headers {
  return typeof (headers as Partial<Headers>).get === "function";
}
