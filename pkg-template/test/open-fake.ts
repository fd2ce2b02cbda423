import * as assert from "node:assert/strict";
import { createClient } from "../src/client.js";
import { Fake, FakeClient } from "./fake.js";
import { options } from "./slices.js";

/** A client over the fake, with the slices of the common tests. */
export function open() {
  const app = createClient(Fake, options());
  const fake = FakeClient.last;
  assert.ok(fake);
  return { app, fake, ...app.state };
}

/** Waits until what is done a microtask later has been done. */
export const microtask = (): Promise<void> => Promise.resolve();
