import type { Check } from "./check.js";
import { encode } from "./json.js";
import { entriesOf, type SliceDefinition } from "./slice.js";
import type { WasmClient } from "./types.js";

/** Where another library has stored something. @internal */
export type Stored = (key: string) => string | null;

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
  stored: Stored,
): void {
  if (!adopt || client.adopted(index)) return;
  let begun = false;
  try {
    const text = stored(adopt.key);
    if (text === null) return;
    const there = new Set(client.keys(index));
    const puts: [key: string, json: string][] = [];
    const whole = adopt.read(text);
    const found = whole === undefined ? [] : entriesOf(kind, kind === "object" ? { ...initial, ...whole } : whole);
    for (const [key, value] of found) {
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

/** Nothing where storage is blocked. @internal */
export function storedHere(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
