//! Where the built things are.

use std::env;
use std::path::PathBuf;

/// The path in an environment variable.
///
/// # Panics
/// Where it isn't set, or names nothing that exists.
pub(crate) fn path(variable: &str) -> PathBuf {
    let Some(value) = env::var_os(variable) else {
        panic!("{variable} isn't set: run `cargo xtask test`, which builds what these tests need and says where it is");
    };
    let path = PathBuf::from(value);
    assert!(
        path.exists(),
        "{variable} names {}, which doesn't exist",
        path.display()
    );
    path
}
