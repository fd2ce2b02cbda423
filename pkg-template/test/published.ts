// Where the built package is: beside this repository's other outputs, unless xtask says that these are elsewhere.
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

const elsewhere = process.env["HOLDALL_PACKAGE"];

/** The package as it is published. */
export const published = elsewhere ? new URL(`file://${elsewhere}/`) : new URL("../../../target/npm/holdall/", import.meta.url);
