/** A clock that stands still until it is moved. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Moves the clock, and lets happen what was to happen meanwhile: renewals, expiry, retries.
   *
   * @example
   * ```ts
   * await clock.advance(60_000);
   * ```
   */
  advance(milliseconds: number): Promise<void>;
}

/** Kept from before a test that replaces timers. */
const { setTimeout } = globalThis;

/** Waits until what is under way, and needs no time to pass, has been done. */
export async function settle(): Promise<void> {
  for (let hop = 0; hop < 10; hop++) await new Promise((resolve) => setTimeout(resolve));
}

/** The clock, and the timers that go by it. */
export class FakeClock implements Clock {
  now = Date.UTC(2030, 0, 1);
  #timers: { at: number; job: () => void }[] = [];

  readonly setTimeout = (job: () => void, milliseconds = 0): void => {
    this.#timers.push({ at: this.now + milliseconds, job });
    // In order of time, and of the calls for one time.
    this.#timers.sort((a, b) => a.at - b.at);
    if (milliseconds === 0) setTimeout(() => this.#run(this.now));
  };

  async advance(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await settle();
    for (let next = this.#timers[0]; next && next.at <= end; next = this.#timers[0]) {
      this.now = Math.max(this.now, next.at);
      this.#run(this.now);
      await settle();
    }
    this.now = end;
  }

  #run(until: number): void {
    const due = this.#timers.filter(({ at }) => at <= until);
    this.#timers = this.#timers.filter(({ at }) => at > until);
    for (const { job } of due) job();
  }
}
