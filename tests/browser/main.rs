//! Every web API that the shell wraps, tried in a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod addresses;
mod again;
mod answers;
mod bodies;
mod closing;
mod compacting;
mod consume;
#[cfg(feature = "front")]
mod front;
mod given;
mod leaving;
mod numbers;
mod other_tabs;
mod privacy;
mod refresh;
mod refresh_failures;
mod replay;
mod requests;
mod restore;
mod sign_in;
mod sign_out;
mod slices;
mod storage;
mod storage_trouble;
mod support;
mod tabs;
mod waiting;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
