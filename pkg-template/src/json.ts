import { HoldallError } from "./error.js";
import type { Scalar } from "./types.js";

/** One level less deep than the core's own limit leaves room for what it wraps around a value. */
const MAX_DEPTH = 100;

/** With the flag `u` a surrogate that is part of a pair doesn't match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a string can cross into wasm unchanged: half a surrogate pair would become U+FFFD, and so another key's. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !LONE_SURROGATE.test(value);
}

/** Whether a value can be a member of a set. */
export function isScalar(value: unknown): value is Scalar {
  return isText(value) || typeof value === "boolean" || Number.isFinite(value);
}

/**
 * Gives a value's JSON, and refuses what JSON would silently drop or change, but for members that are `undefined` or under a symbol,
 * and `-0`. `owner` says whose value it is; the error never quotes the value itself.
 */
export function encode(value: unknown, owner: string): string {
  const path: (string | number)[] = [];
  const ancestors: object[] = [];

  const refuse = (what: string, cure = ""): never => {
    const place = path.map((step) => (/^[a-z_$][\w$]*$/i.test(`${step}`) ? `.${step}` : `[${JSON.stringify(step)}]`)).join("");
    throw new HoldallError("not-encodable", `${owner}: value${place} is ${what}, which JSON can't hold.${cure}`);
  };

  const visit = (value: unknown): void => {
    if (value === null || isScalar(value)) return;
    if (typeof value === "string") return refuse("a string with half of a surrogate pair");
    if (typeof value === "number") return refuse(`${value}`);
    if (typeof value !== "object") return refuse(value === undefined ? "undefined" : `a ${typeof value}`);
    if (ancestors.includes(value)) return refuse("a cycle (it contains itself)");
    if (ancestors.length === MAX_DEPTH) return refuse(`nested deeper than ${MAX_DEPTH} levels`);
    ancestors.push(value);
    if (Array.isArray(value)) {
      // By index, because forEach skips the holes, which JSON would fill with null.
      for (let index = 0; index < value.length; index++) step(index, value[index]);
    } else if (isPlain(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (!isText(key)) refuse("an object with half of a surrogate pair in a key");
        if (member !== undefined) step(key, member);
      }
    } else {
      refuse(`an instance of ${value.constructor?.name}`, " Store a plain object, an array or a string.");
    }
    ancestors.pop();
  };

  const step = (key: string | number, member: unknown): void => {
    path.push(key);
    visit(member);
    path.pop();
  };

  visit(value);
  return JSON.stringify(value);
}

/**
 * Parses JSON text and freezes it all the way down. Members that are as they were in `old` keep their identity.
 */
export function decode(json: string, old?: unknown): unknown {
  const value: unknown = JSON.parse(json);
  if (isRecord(value) && isRecord(old)) {
    for (const [key, member] of Object.entries(value)) {
      const kept = ownMember(old, key);
      if (isObject(member) && JSON.stringify(kept) === JSON.stringify(member)) {
        // Never by assignment: a key may be `__proto__`.
        Object.defineProperty(value, key, { value: kept });
      }
    }
  }
  return freeze(value);
}

/** A member that a value has itself: its prototype has more, and one that is called `__proto__`. */
export function ownMember(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Whether a value has named members: an object, but not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Also true for an object of another frame, whose `Object.prototype` is another one. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function freeze(value: unknown): unknown {
  if (isObject(value) && !Object.isFrozen(value)) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}
