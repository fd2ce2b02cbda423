import type { Unsubscribe } from "./types.js";

/**
 * Calls listeners outside of the wasm client, and in order: after the change that was made from here, synchronously; for
 * what comes from elsewhere (another tab, a response), at the end of the microtask, when all of it is known.
 */
export class Notifier {
  #depth = 0;
  #flushing = false;
  readonly #jobs: (() => void)[] = [];

  /** Runs an action of the user's; what it causes has been notified when this returns, unless a listener runs it. */
  run<R>(action: () => R): R {
    this.#depth++;
    try {
      return action();
    } finally {
      if (--this.#depth === 0) this.#flush();
    }
  }

  /** Does `job` when the action that runs now, or else the microtask, has ended. It must not throw. */
  add(job: () => void): void {
    this.#jobs.push(job);
    if (this.#depth === 0) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    // A listener that changes something comes here again: the loop below does that next, so that all listeners see all
    // changes in the same order.
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) job();
    } finally {
      this.#flushing = false;
    }
  }
}

/** Reports an error as nobody's who has called. */
export function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Listeners to one thing, or by `topic` to a part of it. */
export class Listeners<E> {
  readonly #all = new Set<{ listener: (event: E) => void; topic: unknown }>();

  add(listener: (event: E) => void, topic?: unknown): Unsubscribe {
    const entry = { listener, topic };
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  /** Whether anybody listens to that topic. */
  has(topic: unknown): boolean {
    return [...this.#all].some((entry) => entry.topic === topic);
  }

  /** Calls those without a topic and those whose topic is among `topics`. */
  call(event: E, topics: readonly unknown[]): void {
    const wanted = new Set([undefined, ...topics]);
    for (const entry of [...this.#all]) {
      // Not if an earlier listener has unsubscribed it.
      if (!wanted.has(entry.topic) || !this.#all.has(entry)) continue;
      try {
        entry.listener(event);
      } catch (error) {
        // And the next listener gets its turn.
        uncaught(error);
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
