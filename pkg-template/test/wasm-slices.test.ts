// The same tests against the built module, if there is one in dist (`cargo xtask build` puts it there).
import { existsSync } from "node:fs";
import { describe } from "node:test";
import { testChecks } from "./checks.js";
import { testOptions } from "./options.js";
import { pretendToBeAPage } from "./page.js";
import { options, testSlices } from "./slices.js";

const dist = new URL("../../dist/", import.meta.url);

if (existsSync(new URL("holdall_bg.wasm", dist))) {
  pretendToBeAPage();
  const { open } = (await import(new URL("index.js", dist).href)) as typeof import("../src/index.js");
  testSlices("wasm", () => open(options()));
  testChecks("wasm", open);
  testOptions("wasm", open);
} else {
  describe.skip("wasm: there is no module in dist yet", () => {});
}
