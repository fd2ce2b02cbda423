import { createClient } from "../src/client.js";
import { Fake } from "./fake.js";
import { options, testSlices } from "./slices.js";

testSlices("fake", async () => createClient(Fake, options()));
