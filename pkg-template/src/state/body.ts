import type { Budget } from "./budget.js";
import { malformed, StateError } from "./error.js";
import type { Body } from "./incoming.js";
import { members, parseSlice } from "./json.js";
import { multipartFields } from "./multipart.js";
import { Parameters } from "./query.js";
import { utf8 } from "./utf8.js";

/** Gives the value of a slice that the body carries. */
export type BodyReader = (slice: string, name: string) => unknown;

/** Reads a body by its media type. Unless it is `expected` to carry state, it may be of any other. */
export function readBody(body: Body, contentType: string, budget: Budget, expected: boolean): BodyReader {
  if (body.length === 0) return () => undefined;
  if (!(body instanceof Uint8Array)) {
    body.forEach(() => budget.take());
    return texts(body, budget);
  }
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  const text = (): string => {
    const text = utf8(body);
    if (text === undefined) throw malformed(undefined, "the body isn't UTF-8");
    return text;
  };
  if (type === "application/json" || type.endsWith("+json")) return texts(members(text(), budget.depth), budget);
  if (type === "application/x-www-form-urlencoded") {
    const parameters = new Parameters(text(), budget);
    return (slice, name) => parameters.json(slice, name, budget);
  }
  if (type === "multipart/form-data") return texts(multipartFields(body, contentType, budget), budget);
  if (!expected) return () => undefined;
  throw new StateError("unsupported-body", "a body that carries state has to be JSON, or a form, by its Content-Type");
}

function texts(fields: [name: string, text: string | Uint8Array][], budget: Budget): BodyReader {
  return (slice, name) => {
    const [found, another] = fields.filter(([field]) => field === name);
    if (another) throw malformed(slice, "the body names it twice");
    if (!found) return undefined;
    const text = typeof found[1] === "string" ? found[1] : utf8(found[1]);
    if (text === undefined) throw malformed(slice, "its field isn't UTF-8");
    return parseSlice(slice, text, budget);
  };
}
