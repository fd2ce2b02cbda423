import type { Budget } from "./budget.js";
import { malformed } from "./error.js";
import { utf8 } from "./utf8.js";

/** A field of a form, its text in UTF-8. */
export type Field = [name: string, content: Uint8Array];

/** Names and contents of the fields of `multipart/form-data` (RFC 7578) as browsers write it, without its files. */
export function multipartFields(body: Uint8Array, contentType: string, budget: Budget): Field[] {
  const broken = malformed(undefined, "the body isn't multipart/form-data");
  const boundary = parameter(contentType, "boundary");
  if (!boundary || boundary.length > 70) throw broken;
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const delimiter = bytes(`\r\n--${boundary}`);
  const blankLine = bytes("\r\n\r\n");
  const isAt = (at: number, wanted: Uint8Array): boolean => wanted.every((byte, index) => body[at + index] === byte);
  const find = (wanted: Uint8Array, from: number): number => {
    for (let at = body.indexOf(13, from); at >= 0; at = body.indexOf(13, at + 1)) if (isAt(at, wanted)) return at;
    throw broken;
  };

  const fields: Field[] = [];
  // The first delimiter has no line before it.
  if (!isAt(0, delimiter.subarray(2))) throw broken;
  let at = delimiter.length - 2;
  while (!isAt(at, bytes("--"))) {
    budget.take();
    if (!isAt(at, bytes("\r\n"))) throw broken;
    const end = find(delimiter, at + 2);
    const blank = find(blankLine, at + 2);
    if (blank + 4 > end) throw broken;
    const headers = utf8(body.subarray(at + 2, blank));
    if (headers === undefined) throw broken;
    const name = fieldName(headers);
    if (name !== undefined) fields.push([name, body.subarray(blank + 4, end)]);
    at = end + delimiter.length;
  }
  return fields;
}

/** The name that a part's headers give it, unless it is a file. */
function fieldName(headers: string): string | undefined {
  const disposition = headers.split("\r\n").find((line) => /^content-disposition:/i.test(line));
  if (disposition === undefined || parameter(disposition, "filename") !== undefined) return undefined;
  // These three, and no others, are escaped (the HTML standard, "multipart form data").
  return parameter(disposition, "name")?.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%22", '"');
}

/** A parameter of `value; name="value"; name=value`. */
function parameter(header: string, wanted: string): string | undefined {
  const parameters = /;[ \t]*([^=;" \t]+)=(?:"([^"]*)"|([^;]*))/gy;
  parameters.lastIndex = header.indexOf(";");
  if (parameters.lastIndex < 0) return undefined;
  for (const [, name = "", quoted, plain = ""] of header.matchAll(parameters)) {
    if (name.toLowerCase() === wanted) return quoted ?? plain.trim();
  }
  return undefined;
}
