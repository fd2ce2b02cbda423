//! Makes the module and its bindings smaller than wasm-bindgen leaves them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use walrus::Module;

use crate::Result;

/// The module that wasm-bindgen's imports come from, and a shorter name for it.
const IMPORTED: (&str, &str) = ("./holdall_bg.js", "a");

/// Gives the module's imports and exports short names, there and in the JavaScript.
pub(crate) fn shorten(directory: &Path) -> Result {
    let path = directory.join("holdall_bg.wasm");
    let mut module = Module::from_file(&path).map_err(|e| format!("cannot read {}: {e:?}", path.display()))?;
    let names = rename(&mut module);
    module
        .emit_wasm_file(&path)
        .map_err(|e| format!("cannot write {}: {e:?}", path.display()))?;
    for name in ["holdall.js", "holdall.d.ts", "holdall_bg.wasm.d.ts"] {
        let path = directory.join(name);
        let text = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        fs::write(&path, replace_words(&text, &names).replace(IMPORTED.0, IMPORTED.1))
            .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    }
    Ok(())
}

/// Gives new names to what wasm-bindgen named, and tells which.
fn rename(module: &mut Module) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let imports = module.imports.iter_mut().filter(|import| import.module == IMPORTED.0);
    let imports = imports.map(|import| {
        IMPORTED.1.clone_into(&mut import.module);
        &mut import.name
    });
    // Names without an underscore, such as `memory`, might be a word of the JavaScript, too.
    let exports = module.exports.iter_mut().map(|export| &mut export.name);
    for name in imports.chain(exports).filter(|name| name.contains('_')) {
        let count = names.len();
        let short = names.entry(name.clone()).or_insert_with(|| short_name(count));
        name.clone_from(short);
    }
    names
}

/// `a`, `b`, … `z`, `aa`, `ba` …
fn short_name(mut index: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (index % 26) as u8));
        if index < 26 {
            return name;
        }
        index = index / 26 - 1;
    }
}

/// Replaces whole words of JavaScript or TypeScript.
fn replace_words(text: &str, names: &HashMap<String, String>) -> String {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '$';
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|char| !is_word(char)) {
        let word = piece.trim_end_matches(|char| !is_word(char));
        out.push_str(names.get(word).map_or(word, String::as_str));
        out.push_str(piece.strip_prefix(word).unwrap_or_default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_differ() {
        let names: Vec<String> = (0..2_000).map(short_name).collect();
        assert_eq!([&*names[0], &names[25], &names[26], &names[27]], ["a", "z", "aa", "ba"]);
        let mut distinct = names.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn replaces_whole_words_alone() {
        let names = HashMap::from([("client_put".to_owned(), "a".to_owned())]);
        assert_eq!(
            replace_words("wasm.client_put(x);\nclient_putter, _client_put", &names),
            "wasm.a(x);\nclient_putter, _client_put"
        );
    }
}
