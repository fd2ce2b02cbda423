import type { Budget } from "./budget.js";
import { malformed } from "./error.js";
import { parseSlice } from "./json.js";
import { utf8 } from "./utf8.js";

/** RFC 9651 §3.1.2 and §3.3.5. */
const MEMBER = /^[ \t]*([a-z*][a-z0-9_.*-]*)=:(.*):[ \t]*$/;

/** A `Holdall-State` header: a dictionary of RFC 9651 whose values are byte sequences that hold JSON text. */
export class Dictionary {
  readonly #members: [key: string, base64: string][] = [];

  constructor(header: string, budget: Budget) {
    if (!/[^ \t]/.test(header)) return;
    for (const member of header.split(",")) {
      budget.take();
      const [, key, base64] = MEMBER.exec(member) ?? [];
      if (key === undefined || base64 === undefined) {
        throw malformed(undefined, "the header Holdall-State has to be a dictionary of byte sequences (RFC 9651)");
      }
      this.#members.push([key, base64]);
    }
  }

  /** The value of the JSON text under this key. */
  json(slice: string, key: string, budget: Budget): unknown {
    const [found, another] = this.#members.filter(([name]) => name === key);
    if (another) throw malformed(slice, "the header Holdall-State names it twice");
    if (!found) return undefined;
    const text = decodeBase64(found[1]);
    if (text === undefined) throw malformed(slice, "its bytes aren't base 64 of UTF-8");
    return parseSlice(slice, text, budget);
  }
}

/** Padding may be left out (RFC 9651 §4.2.7). */
function decodeBase64(text: string): string | undefined {
  const [, digits, padding] = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text) ?? [];
  if (digits === undefined || digits.length % 4 === 1 || (padding && text.length % 4)) return undefined;
  return utf8(Uint8Array.from(atob(digits), (char) => char.charCodeAt(0)));
}
