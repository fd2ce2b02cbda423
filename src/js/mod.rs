//! The JavaScript exports.

mod client;
mod host;

/// Small before fast: about 5 kB less than the standard one. It is here because a dependent's module chooses its own.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
