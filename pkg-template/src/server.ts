/** The entry `holdall/server`: takes the state out of a request, in JavaScript servers. */
import { HoldallError } from "./error.js";
import { readBody } from "./state/body.js";
import { Budget } from "./state/budget.js";
import { conforming } from "./state/conform.js";
import { StateError, tooLarge } from "./state/error.js";
import { Dictionary } from "./state/header.js";
import { type Body, incoming, type NodeRequest } from "./state/incoming.js";
import { Parameters } from "./state/query.js";
import type { Limits, Shape, Shapes, StateOf } from "./state/shapes.js";

export { HoldallError, type HoldallErrorCode } from "./error.js";
export { StateError, type Problem } from "./state/error.js";
export type { NodeRequest } from "./state/incoming.js";
export type { JsonText, Limits, QueryFields, QueryValues, ScalarType, Shape, Shapes, StateOf } from "./state/shapes.js";

/**
 * Takes the slices that `shapes` describe out of a request: a standard `Request`, or what Node and Express have. Whatever else
 * the request carries is the caller's own. Nothing is repaired: what comes twice, or isn't UTF-8, is refused.
 *
 * @throws StateError `malformed`, `too-large`, `missing`, `wrong-type`, `unsupported-body`: answer with its `problem`
 * @throws HoldallError `bad-config`: somebody has read the body before, and not left what was read in `request.body`
 *
 * @example
 * ```ts
 * const { blocked = [], filters } = await readState(request, {
 *   blocked: { in: "query", of: "string" },
 *   filters: { in: "query", fields: { unread: "boolean", text: "string" } },
 * });
 * ```
 */
export async function readState<const S extends Shapes>(
  request: Request | NodeRequest,
  shapes: S,
  limits: Limits = {},
): Promise<StateOf<S>> {
  const all = Object.entries<Shape>(shapes);
  const used = (place: Shape["in"]): boolean => all.some(([, shape]) => shape.in === place);
  const mayBeInBody = all.some(([, { orInBody }]) => orInBody);
  const budget = new Budget(limits);
  const parts = incoming(request);
  const text = used("query") ? parts.query : "";
  const header = used("header") ? parts.header("holdall-state") : "";
  const carried = used("body") || mayBeInBody ? await parts.body(budget) : [];
  if (text.length + header.length + sizeOf(carried) > budget.bytes) throw tooLarge("it has too many bytes");

  const query = new Parameters(text, budget);
  const dictionary = new Dictionary(header, budget);
  const body = readBody(carried, parts.header("content-type"), budget, used("body"));
  const read = (slice: string, shape: Shape): unknown => {
    const name = shape.as ?? slice;
    if (shape.in === "query") {
      if (shape.of) return query.values(slice, name, shape);
      if (shape.fields) return query.fields(slice, name, shape);
      return query.json(slice, name, budget);
    }
    if (shape.in === "header") return dictionary.json(slice, name, budget);
    if (shape.in === "body") return body(slice, name);
    throw new HoldallError("bad-config", `The slice ${slice} is in "query", "header" or "body".`);
  };
  const state = all.map(([slice, shape]) => {
    let value = read(slice, shape);
    if (value === undefined && shape.orInBody) value = conforming(slice, shape, body(slice, shape.as ?? slice));
    if (value === undefined && shape.required) {
      throw new StateError("missing", `the request has to carry the slice \`${slice}\`, and doesn't`);
    }
    return [slice, value === undefined ? value : checked(slice, shape, value)];
  });
  return Object.fromEntries(state) as StateOf<S>;
}

/**
 * Says to caches what an answer depends on; call it when the answer's other headers are set. Without a `Cache-Control` it gets
 * `no-store`; else `Vary: Authorization, Holdall-State`. (State in the query is part of the address anyway.)
 *
 * @example
 * ```ts
 * honestCaches(response.headers); // a standard Response's
 * honestCaches(res); // Node's, Express's
 * ```
 */
export function honestCaches(answer: Headers | NodeResponse): void {
  const vary = "Authorization, Holdall-State";
  // By what Headers don't have: Express has methods of the same names as these, which do something else.
  if ("hasHeader" in answer) {
    const before = answer.getHeader("vary");
    if (!answer.hasHeader("cache-control")) answer.setHeader("cache-control", "no-store");
    else answer.setHeader("vary", before === undefined ? vary : `${before}, ${vary}`);
  } else if (answer.has("cache-control")) {
    answer.append("vary", vary);
  } else {
    answer.set("cache-control", "no-store");
  }
}

/** An answer as Node has it, as far as it is used here. */
export interface NodeResponse {
  hasHeader(name: string): boolean;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
}

function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.length : body.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
}

function checked(slice: string, shape: Shape, value: unknown): unknown {
  const schema = "schema" in shape ? shape.schema : undefined;
  if (!schema) return value;
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    throw new HoldallError("bad-config", `The schema of ${slice} is asynchronous: use one that isn't.`);
  }
  // Its issues may quote the value.
  if (result.issues) throw new StateError("wrong-type", `the slice \`${slice}\` is not of the type expected here`);
  return result.value;
}
