import type { App } from "../src/client.js";
import type { HoldallError } from "../src/error.js";
import type { OpenOptions } from "../src/options.js";

/** Opens a client of the backend under test. */
export type Open = <S extends object>(options: OpenOptions<S>) => Promise<App<S>>;

let count = 0;

export function uniqueName(): string {
  return `again-${count++}`;
}

/** Waits until what is done a task later, and what that leaves for later tasks, has been done. However slow the machine is. */
export async function task(): Promise<void> {
  for (let hop = 0; hop < 10; hop++) await new Promise((resolve) => setTimeout(resolve));
}

/** Closes a client when all that it has put is stored, and opens another one, as a reload does. */
export async function again<S extends object>(app: App<object>, open: Open, options: OpenOptions<S>): Promise<App<S>> {
  await task();
  app.close();
  return open(options);
}

/** The errors that `body` leaves to be reported as uncaught. */
export async function uncaughtOf(body: () => Promise<void>): Promise<HoldallError[]> {
  const original = globalThis.queueMicrotask;
  const errors: HoldallError[] = [];
  globalThis.queueMicrotask = (job) =>
    original(() => {
      try {
        job();
      } catch (error) {
        errors.push(error as HoldallError);
      }
    });
  try {
    await body();
  } finally {
    globalThis.queueMicrotask = original;
  }
  return errors;
}
