import { HoldallError } from "./error.js";
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
  readonly #slices: readonly { kind: string; initial?: object }[];

  constructor(config: string, _host: Host) {
    this.#slices = (JSON.parse(config) as { slices: { kind: string; initial?: object }[] }).slices;
  }

  entry(slice: number): string | undefined {
    const initial = this.#slices[slice]?.initial;
    return initial && JSON.stringify(initial);
  }
  keys(): string[] {
    return [];
  }
  status(): string {
    return "signed-out";
  }
  user(): undefined {}
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
  signIn = readOnly;
  signOut = reject;
  token = reject;
  fetch = reject;
  prepare = reject;
}
