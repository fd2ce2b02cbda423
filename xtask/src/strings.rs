//! Has texts go into the module, and come out of it, in the way that is quickest for their length.

use std::fs;
use std::path::Path;

use crate::Result;

/// What wasm-bindgen writes, and what is put in its place.
const CHANGES: [(&str, &str); 4] = [
    // It takes over ASCII character by character, which is quick for short texts, and slow for what is read of the storage.
    (
        "for (; offset < len; offset++) {",
        "for (; len < 500 && offset < len; offset++) {",
    ),
    // For modules that can't resize what they have allocated, and for browsers before reference types.
    ("if (realloc === undefined) {", "if (false) {"),
    ("if (!('encodeInto' in cachedTextEncoder)) {", "if (false) {"),
    // It calls a decoder for each name of a property.
    (
        "return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));",
        "const bytes = getUint8ArrayMemory0();
    let text = '';
    while (len < 50 && text.length < len && bytes[ptr + text.length] < 128) text += String.fromCharCode(bytes[ptr + text.length]);
    return text.length === len ? text : decodeText(bytes.subarray(ptr, ptr + len));",
    ),
];

/// Changes the bindings so that the browser encodes long texts at once, and isn't called to decode short ones.
pub(crate) fn by_length(directory: &Path) -> Result {
    let path = directory.join("holdall.js");
    let mut text = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    for (written, better) in CHANGES {
        if text.matches(written).count() != 1 {
            return Err(format!(
                "wasm-bindgen makes other bindings now: look for what was `{written}` in them, and adapt xtask/src/strings.rs"
            ));
        }
        text = text.replace(written, better);
    }
    fs::write(&path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}
