import { HoldallError } from "./error.js";
import { encode, isRecord, isScalar } from "./json.js";
import { uncaught } from "./notify.js";
import type { SliceDefinition } from "./slice.js";

/**
 * Gives the JSON to show for what is stored as `json` under `key` and was written by version `from`; `undefined` to hide it.
 * For a set it is the member's, whose stored JSON is the key. Never throws.
 *
 * @internal
 */
export type Check = (key: string, json: string, from: number) => string | undefined;

/**
 * Makes the check of one slice: `migrate`, then `schema`. `report` is told of what is hidden.
 *
 * @internal
 */
export function checker(
  name: string,
  { kind, options }: SliceDefinition<unknown>,
  report: (slice: string, key?: string) => void,
): Check {
  const { initial, version = 1, migrate, schema } = options;
  let asynchronous = false;

  return (key, json, from) => {
    const isSet = kind === "set";
    try {
      let value: unknown = JSON.parse(isSet ? key : json);
      if (migrate && from < version) {
        value = migrate(value, isSet ? "" : key, from);
        if (kind === "object" && isRecord(value)) value = { ...initial, ...value };
      }
      if (schema) {
        const result = schema["~standard"].validate(value);
        value = isPromise(result) ? result : result.issues ? undefined : result.value;
      }
      if (isPromise(value)) {
        // Nobody waits for it.
        value.then(undefined, () => {});
        if (!asynchronous) uncaught(new HoldallError("bad-config", `${name}: migrate and schema must be synchronous.`));
        asynchronous = true;
        return undefined;
      }
      // Throws for `undefined`, too.
      const shown = encode(value, name);
      if (isSet ? isScalar(value) : kind === "map" || isRecord(value)) return shown;
    } catch {
      // Reported below, without the cause: its message may quote the value.
    }
    // A member is the value itself.
    report(name, isSet ? undefined : key);
    return undefined;
  };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
