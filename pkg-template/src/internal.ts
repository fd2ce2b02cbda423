import { createClient } from "./client.js";
import { opener, page, syncOpener } from "./registry.js";
import { refused } from "./wasm.js";

/**
 * What the other entries share with this one, so that a page has one registry and one class of errors. Not for use: it changes
 * without notice.
 *
 * @internal
 */
export const internal = { createClient, opener, page, refused, syncOpener };
