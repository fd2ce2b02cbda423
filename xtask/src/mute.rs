//! Takes out of a module what its panics would say.

use std::path::Path;

use rustc_demangle::demangle;
use walrus::{ConstExpr, DataKind, FunctionKind, Module, ir};

use crate::Result;

/// What the names of functions begin with that say why the program panics, and of all that makes texts for that. Nothing shows
/// them: a page has no standard error, and a trap is what a panic ends in anyhow. The crate itself formats nothing.
const MUTE: [&str; 18] = [
    "<core::fmt::",
    "<std::panicking::",
    "__rustc::rust_",
    "__rustc::__rust_start_panic",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::lazy::panic_",
    "core::cell::panic_",
    "core::fmt::",
    "core::num::from_ascii_radix_panic",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "std::panicking::",
];

/// Writes the module at `from` with mute panics to `to`.
///
/// This comes before wasm-bindgen, which then leaves out what only panics imported.
pub(crate) fn write_muted(from: &Path, to: &Path) -> Result {
    let mut module = Module::from_file(from).map_err(|e| format!("cannot read {}: {e:?}", from.display()))?;
    mute(&mut module);
    module
        .emit_wasm_file(to)
        .map_err(|e| format!("cannot write {}: {e:?}", to.display()))
}

/// Makes panics mute: they are traps, as before, without the code and the texts for what nobody sees.
fn mute(module: &mut Module) {
    mute_functions(module);
    let ids: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in ids {
        let data = module.data.get_mut(id);
        if let DataKind::Active {
            offset: ConstExpr::Value(ir::Value::I32(base)),
            ..
        } = data.kind
        {
            erase_locations(&mut data.value, base as u32 as usize);
        }
    }
}

fn mute_functions(module: &mut Module) {
    for function in module.funcs.iter_mut() {
        // `#` leaves out the hashes.
        let name = format!("{:#}", demangle(function.name.as_deref().unwrap_or_default()));
        if let FunctionKind::Local(local) = &mut function.kind
            && is_mute(&name)
        {
            let mut body = local.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
        }
    }
}

/// By the beginning of the name alone: types that a function is generic over may name anything.
fn is_mute(name: &str) -> bool {
    let formats = name.starts_with('<')
        && name
            .rsplit_once(" as ")
            .is_some_and(|(_, implemented)| implemented.starts_with("core::fmt::"));
    formats || MUTE.iter().any(|start| name.starts_with(start)) || name.ends_with("::assert_failed")
}

/// Zeroes the places in sources that panics name, each a `core::panic::Location`: address and length of a file's name, line, column.
/// With the panics mute nothing reads them; zeros compress to nothing. `base` is the address of the data.
fn erase_locations(data: &mut [u8], base: usize) {
    let word = |data: &[u8], at: usize| {
        let bytes = data.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let mut found = Vec::new();
    let aligned = (0..data.len()).filter(|at| (base + at).is_multiple_of(4));
    for at in aligned {
        let words = [0, 4, 8, 12].map(|offset| word(data, at + offset).unwrap_or_default());
        let [address, length, line, column] = words;
        let Some(name) = address
            .checked_sub(base)
            .and_then(|start| Some(start..start.checked_add(length)?))
        else {
            continue;
        };
        let is_file = data
            .get(name.clone())
            .is_some_and(|name| name.ends_with(b".rs") && name.iter().all(u8::is_ascii_graphic));
        if is_file && (1..100_000).contains(&line) && (1..1_000).contains(&column) {
            found.push(at..at + 16);
            found.push(name);
        }
    }
    for range in found {
        data.get_mut(range).unwrap_or_default().fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_erased_and_nothing_else() {
        let mut data = b"src/a.rskeep\x00\x00\x00\x00".to_vec();
        for word in [1024_u32, 8, 7, 5, 1024, 8, 0, 5] {
            data.extend(word.to_le_bytes());
        }
        let before = data.clone();
        erase_locations(&mut data, 1024);
        assert!(data[..8].iter().all(|&byte| byte == 0));
        assert_eq!(data[8..16], before[8..16]);
        assert!(data[16..32].iter().all(|&byte| byte == 0));
        assert_eq!(data[32..], before[32..], "a line counts from 1");
    }

    #[test]
    fn what_only_names_a_panic_in_a_type_goes_on() {
        assert!(is_mute("core::panicking::panic_fmt"));
        assert!(is_mute("<holdall::Error as core::fmt::Debug>::fmt"));
        assert!(!is_mute(
            "core::ptr::drop_in_place<core::panic::unwind_safe::AssertUnwindSafe<js_sys::Inner>>"
        ));
        assert!(!is_mute(
            "<alloc::vec::Vec<core::fmt::Error> as core::ops::drop::Drop>::drop"
        ));
    }
}
