import { createClient } from "../src/client.js";
import { testChecks } from "./checks.js";
import { Fake } from "./fake.js";
import { testOptions } from "./options.js";
import { MemoryStorage } from "./page.js";

Object.defineProperty(globalThis, "localStorage", { value: new MemoryStorage(), configurable: true });

const open: Parameters<typeof testOptions>[1] = async (options) => createClient(Fake, options);
testChecks("fake", open);
testOptions("fake", open);
