import { tooLarge } from "./error.js";
import type { Limits } from "./shapes.js";

/** What is left of the limits. */
export class Budget {
  readonly bytes: number;
  readonly depth: number;
  #entries: number;

  constructor({ bytes = 1_000_000, depth = 32, entries = 10_000 }: Limits) {
    this.bytes = bytes;
    this.depth = Math.min(depth, 128);
    this.#entries = entries;
  }

  /** One parameter, element or member more. */
  take(): void {
    if (--this.#entries < 0) throw tooLarge("it has too many entries");
  }
}
