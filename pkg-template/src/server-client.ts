import { HoldallError } from "./error.js";
import { entriesOf } from "./slice.js";
import type { Host, WasmClient } from "./types.js";

const readOnly = (): never => {
  throw new HoldallError(
    "read-only",
    "There is no document here, so this client only gives the initial state. Change it, and send requests, in the page.",
  );
};

const reject = async (): Promise<never> => readOnly();

/**
 * The client where there is no document: the initial state, and nobody signed in.
 *
 * @internal
 */
export class ServerClient implements WasmClient {
  /** The initial state: each slice's entries as JSON, by key. */
  readonly #slices: readonly ReadonlyMap<string, string>[];

  constructor(config: string, _host?: Host) {
    this.#slices = (JSON.parse(config) as { slices: { kind: string; initial?: unknown }[] }).slices.map(
      ({ kind, initial = [] }) => new Map(Array.from(entriesOf(kind, initial), ([key, value]) => [key, JSON.stringify(value)])),
    );
  }

  entry(slice: number, key: string): string | undefined {
    return this.#slices[slice]?.get(key);
  }
  keys(slice: number): string[] {
    return [...(this.#slices[slice]?.keys() ?? [])];
  }
  status(): string {
    return "signed-out";
  }
  user(): undefined {}
  adopted(): boolean {
    return true;
  }
  loadSome(): boolean {
    return false;
  }
  async ready(): Promise<void> {}
  close(): void {}

  put = readOnly;
  patch = readOnly;
  increment = readOnly;
  remove = readOnly;
  clear = readOnly;
  begin = readOnly;
  commit = readOnly;
  rollback = readOnly;
  export = readOnly;
  setRules = readOnly;
  setAdopted = readOnly;
  signIn = readOnly;
  signOut = reject;
  token = reject;
  fetch = reject;
  prepare = reject;
}
