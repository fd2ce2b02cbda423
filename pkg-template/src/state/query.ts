import { HoldallError } from "../error.js";
import type { Budget } from "./budget.js";
import { malformed } from "./error.js";
import { parseSlice } from "./json.js";
import type { QueryFields, QueryValues, ScalarType } from "./shapes.js";

/** JSON's own form of a number. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The parameters of a query or a URL-encoded form, values by name, in the order they came. */
export class Parameters {
  readonly #values = new Map<string, string[]>();

  constructor(query: string, budget: Budget) {
    for (const pair of query.split("&")) {
      if (!pair) continue;
      budget.take();
      const [, name = "", value = ""] = /^([^=]*)=?([^]*)$/.exec(pair) ?? [];
      const decoded = percentDecode(name);
      if (decoded === undefined) throw malformed(undefined, "a parameter's name isn't percent-encoded UTF-8");
      const values = this.#values.get(decoded);
      if (values) values.push(value);
      else this.#values.set(decoded, [value]);
    }
  }

  /** The value of the one JSON text under this name. */
  json(slice: string, name: string, budget: Budget): unknown {
    const value = this.#one(slice, name);
    return value === undefined ? undefined : parseSlice(slice, text(slice, value), budget);
  }

  /** A set, or as a `deepObject` a map. */
  values(slice: string, name: string, { style, of }: QueryValues): unknown {
    if (style !== "deepObject") {
      const members = (this.#values.get(name) ?? []).map((value) => scalar(slice, text(slice, value), of));
      if (new Set(members).size < members.length) throw malformed(slice, "a member is sent twice");
      return members.length ? members : undefined;
    }
    const found: [string, unknown][] = [];
    for (const parameter of this.#values.keys()) {
      if (!parameter.startsWith(`${name}[`) || !parameter.endsWith("]")) continue;
      const key = parameter.slice(name.length + 1, -1);
      if (/[[\]]/.test(key)) throw malformed(slice, "deepObject has one level, and no brackets in a key");
      found.push([key, scalar(slice, text(slice, this.#one(slice, parameter) ?? ""), of)]);
    }
    return object(found);
  }

  /** An object with fields that are known. */
  fields(slice: string, name: string, { style, fields }: QueryFields): unknown {
    const found: [string, unknown][] = [];
    for (const [field, type] of Object.entries(fields)) {
      const parameter = style === "deepObject" ? `${name}[${field}]` : field;
      if (typeof type === "string") {
        const value = this.#one(slice, parameter);
        if (value !== undefined) found.push([field, scalar(slice, text(slice, value), type)]);
      } else {
        const values = this.#values.get(parameter) ?? [];
        if (values.length) found.push([field, values.map((value) => scalar(slice, text(slice, value), type[0]))]);
      }
    }
    return object(found);
  }

  #one(slice: string, name: string): string | undefined {
    const values = this.#values.get(name) ?? [];
    if (values.length > 1) throw malformed(slice, "a parameter is sent twice");
    return values[0];
  }
}

/** Never by assignment: a key may be `__proto__`. */
function object(entries: [string, unknown][]): unknown {
  return entries.length ? Object.fromEntries(entries) : undefined;
}

function scalar(slice: string, value: string, type: ScalarType): unknown {
  if (type === "string") return value;
  if (type === "boolean") {
    if (value !== "true" && value !== "false") throw malformed(slice, "a value has to be true or false");
    return value === "true";
  }
  if (type !== "number") throw new HoldallError("bad-config", `The slice ${slice} has values of "string", "number" or "boolean".`);
  if (!NUMBER.test(value) || !Number.isFinite(Number(value))) throw malformed(slice, "a value has to be a number");
  return Number(value);
}

function text(slice: string, value: string): string {
  const decoded = percentDecode(value);
  if (decoded === undefined) throw malformed(slice, "a value isn't percent-encoded UTF-8");
  return decoded;
}

function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
