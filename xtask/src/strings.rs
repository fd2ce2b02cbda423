//! Has the browser encode the long texts that go into the module.

use std::fs;
use std::path::Path;

use crate::Result;

/// wasm-bindgen takes over ASCII character by character, which is quick for short texts, and slow for what is read of the storage.
const EACH: &str = "for (; offset < len; offset++) {";
const EACH_OF_FEW: &str = "for (; len < 500 && offset < len; offset++) {";

/// Changes the bindings so that texts of more than some hundred characters are encoded by `TextEncoder.encodeInto` alone.
pub(crate) fn encode_long(directory: &Path) -> Result {
    let path = directory.join("holdall.js");
    let text = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    if text.matches(EACH).count() != 1 {
        return Err(
            "wasm-bindgen makes other bindings now: look at passStringToWasm0 in them, and adapt xtask/src/strings.rs"
                .into(),
        );
    }
    fs::write(&path, text.replace(EACH, EACH_OF_FEW)).map_err(|e| format!("cannot write {}: {e}", path.display()))
}
