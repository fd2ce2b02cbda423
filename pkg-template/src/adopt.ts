import type { Check } from "./check.js";
import { encode } from "./json.js";
import type { SliceDefinition } from "./slice.js";
import type { WasmClient } from "./types.js";

/**
 * Takes over what another library has stored for a slice, unless that has been done: in one transaction, what isn't there yet.
 *
 * @internal
 */
export function adopt(
  client: WasmClient,
  index: number,
  name: string,
  { kind, options: { adopt, initial, version = 1 } }: SliceDefinition<unknown>,
  check: Check,
  report: (slice: string, key: string) => void,
): void {
  if (!adopt || client.adopted(index)) return;
  let begun = false;
  try {
    const text = stored(adopt.key);
    if (text === null) return;
    const there = new Set(client.keys(index));
    const puts: [key: string, json: string][] = [];
    for (const [key, value] of entriesOf(kind, adopt.read(text), initial)) {
      const shown = there.has(key) ? undefined : check(key, encode(value, name), version);
      if (shown !== undefined) puts.push(kind === "set" ? [shown, ""] : [key, shown]);
    }
    client.begin();
    begun = true;
    for (const [key, json] of puts) client.put(index, key, json);
    client.setAdopted(index);
    client.commit();
  } catch {
    if (begun) client.rollback();
    report(name, adopt.key);
  }
}

/** What has been read, by the keys that a slice of this kind has; throws for what is of no use to it. */
function entriesOf(kind: string, found: unknown, initial?: object): Iterable<[key: string, value: unknown]> {
  if (found === undefined) return [];
  if (kind === "object") return [["", { ...initial, ...(found as object) }]];
  if (kind === "set") return [...(found as Iterable<unknown>)].map((member) => [encode(member, kind), member]);
  return found instanceof Map ? found : Object.entries(found as object);
}

/** Nothing where storage is blocked. */
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
