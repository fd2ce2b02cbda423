import type { StandardSchema } from "../schema.js";
import type { Json } from "../types.js";

/** What a text in a query stands for. It has only text, so that `1` may be a number or a name: the server says which. */
export type ScalarType = "string" | "boolean" | "number";

/** What a server expects a request to carry: where each slice is, and in which form. The counterpart of a rule's `send`. */
export type Shapes = Readonly<Record<string, Shape>>;

/** One slice: `in` is where it travels, `as` its name there if that isn't the slice's. An empty slice isn't sent. */
export type Shape = (QueryValues | QueryFields | JsonText) & {
  readonly as?: string;
  /** Refuse requests without it. */
  readonly required?: boolean;
  /** Look in the body, too, where a rule with `overflow` puts what doesn't fit. It is JSON there, of the same types. */
  readonly orInBody?: boolean;
};

/** A set, as `blocked=a&blocked=b`; or, as a `deepObject`, a map with whatever keys: `ratings[lamp]=5`. */
export interface QueryValues {
  readonly in: "query";
  readonly style?: "form" | "deepObject";
  readonly of: ScalarType;
  readonly fields?: never;
}

/** An object, as `unread=true&text=lamp`, or, as a `deepObject`, `filters[unread]=true`. `["string"]` is an array. */
export interface QueryFields {
  readonly in: "query";
  readonly style?: "form" | "deepObject";
  readonly fields: Readonly<Record<string, ScalarType | readonly [ScalarType]>>;
  readonly of?: never;
}

/** Anything, as JSON: in the header `Holdall-State`, as a member or field of the body, or in the query in the style `json`. */
export interface JsonText {
  readonly in: "query" | "header" | "body";
  readonly style?: "json";
  readonly of?: never;
  readonly fields?: never;
  /** Checks it, and gives it a type; a Standard Schema, as Zod's. */
  readonly schema?: StandardSchema;
}

/** What {@link readState} gives for `S`. What a request doesn't carry is undefined. */
export type StateOf<S extends Shapes> = {
  readonly [K in keyof S]: S[K] extends { required: true } ? ValueOf<S[K]> : ValueOf<S[K]> | undefined;
};

type ValueOf<S> = S extends { fields: infer F }
  ? { readonly [K in keyof F]?: F[K] extends readonly [infer T] ? ScalarOf<T>[] : ScalarOf<F[K]> }
  : S extends { of: infer T; style: "deepObject" }
    ? Readonly<Record<string, ScalarOf<T>>>
    : S extends { of: infer T }
      ? ScalarOf<T>[]
      : S extends { schema: StandardSchema<infer T> }
        ? T
        : Json;

type ScalarOf<T> = T extends "string" ? string : T extends "boolean" ? boolean : number;

/** How much a request may carry. */
export interface Limits {
  /** Bytes of query, state header and body together; 1,000,000 if not said. */
  readonly bytes?: number;
  /** Levels of nesting in a slice's JSON; 32 if not said. A flat object has one. */
  readonly depth?: number;
  /** Parameters, elements and members of all slices together; 10,000 if not said. */
  readonly entries?: number;
}
