//! Every web API that the shell wraps, tried in a real browser.
#![cfg(target_arch = "wasm32")]
