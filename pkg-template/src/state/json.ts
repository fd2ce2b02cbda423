import type { Budget } from "./budget.js";
import { malformed, tooLarge } from "./error.js";

/** With the flag `u` a surrogate that is part of a pair doesn't match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What may be a number that no double can hold: beside an exponent of two digits it has 210 itself. Each run of digits is looked at once. */
const LARGE_NUMBER = /\d[eE]\+?\d{3}|(?<!\d)\d{210}/;

/**
 * The value of one slice's JSON text, which is checked as `JSON.parse` doesn't: depth, entries, and that no object names a
 * member twice, at any depth.
 */
export function parseSlice(slice: string, text: string, budget: Budget): unknown {
  // First, so that what is too deep is never parsed.
  const names: (Set<string> | undefined)[] = [];
  walk(slice, text, budget.depth, {
    open: (bracket, filled) => {
      names.push(bracket === "{" ? new Set() : undefined);
      if (filled) budget.take();
    },
    close: () => void names.pop(),
    comma: () => budget.take(),
    name: (name) => {
      if (names.at(-1)?.has(name)) throw malformed(slice, "an object names a member twice");
      names.at(-1)?.add(name);
    },
  });
  const value = parse(slice, text);
  if (typeof value !== "object" || value === null) throw malformed(slice, "it has to be an object or an array");
  if (LARGE_NUMBER.test(text)) {
    JSON.parse(text, (_, member: unknown) => {
      if (member === Infinity || member === -Infinity) throw malformed(slice, "it has a number beyond all doubles");
      return member;
    });
  }
  return value;
}

/** The members of a JSON body as texts, by name; a name may come twice. */
export function members(text: string, depth: number): [name: string, text: string][] {
  const found: [string, string][] = [];
  let level = 0;
  let name: string | undefined;
  let start = 0;
  const end = (at: number): void => {
    if (name !== undefined && level === 1) found.push([name, text.slice(start, at)]);
  };
  walk(undefined, text, depth + 1, {
    open: () => level++,
    close: (at) => {
      end(at);
      level--;
    },
    comma: end,
    name: (own, after) => {
      if (level === 1) [name, start] = [own, after];
    },
  });
  const value = parse(undefined, text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(undefined, "its body isn't a JSON object");
  return found;
}

function parse(slice: string | undefined, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its message quotes the text.
    throw malformed(slice, "it isn't JSON");
  }
}

interface Visitor {
  open(bracket: string, filled: boolean): void;
  close(at: number): void;
  comma(at: number): void;
  /** A member's name, and where its value begins. */
  name(name: string, after: number): void;
}

/** Steps from one bracket, comma and string to the next. What the text is otherwise, `JSON.parse` knows. */
function walk(slice: string | undefined, text: string, maxDepth: number, visitor: Visitor): void {
  const step = /["{}[\],]/g;
  let depth = 0;
  for (let match; (match = step.exec(text)); ) {
    const at = match.index;
    switch (match[0]) {
      case '"': {
        const end = endOfString(text, at);
        step.lastIndex = end;
        const raw = text.slice(at, end);
        const escaped = raw.includes("\\");
        const string = escaped ? (parse(slice, raw) as string) : raw.slice(1, -1);
        if (escaped && LONE_SURROGATE.test(string)) throw malformed(slice, "a string has half of a surrogate pair");
        const colon = skip(text, end);
        if (text[colon] === ":") visitor.name(string, colon + 1);
        break;
      }
      case ",":
        visitor.comma(at);
        break;
      case "{":
      case "[":
        if (++depth > maxDepth) throw tooLarge("its JSON is nested too deeply");
        visitor.open(match[0], !/[\]}]/.test(text[skip(text, at + 1)] ?? ""));
        break;
      default:
        depth--;
        visitor.close(at);
    }
  }
}

/** Behind the closing quote; the text's end if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function skip(text: string, at: number): number {
  while (/[ \t\n\r]/.test(text[at] ?? "")) at++;
  return at;
}
