import { malformed } from "./error.js";
import type { ScalarType, Shape } from "./shapes.js";

/**
 * A value from the body, in place of parameters in the query: it has to be what these could have said. Fields that the shape doesn't know
 * are left out; in a query they would be somebody else's.
 */
export function conforming(slice: string, shape: Shape, value: unknown): unknown {
  if (value === undefined || !(shape.of || shape.fields)) return value;
  const refused = malformed(slice, "it isn't of the agreed types");
  const scalar = (value: unknown, type: ScalarType): unknown => {
    if (typeof value !== type) throw refused;
    return value;
  };
  const list = (value: unknown, type: ScalarType): unknown[] => {
    if (!Array.isArray(value)) throw refused;
    return value.map((element) => scalar(element, type));
  };
  if (shape.of && shape.style !== "deepObject") {
    const members = list(value, shape.of);
    if (new Set(members).size < members.length) throw refused;
    return members;
  }
  if (Array.isArray(value)) throw refused;
  const entries = Object.entries(value as object).flatMap(([name, member]: [string, unknown]) => {
    const type = shape.of ?? (Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined);
    // A query says neither.
    if (type === undefined || member === null) return [];
    return [[name, typeof type === "string" ? scalar(member, type) : list(member, type[0])] as const];
  });
  return Object.fromEntries(entries);
}
