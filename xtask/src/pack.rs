//! `pack`: the tarball that npm publishes, in `target/npm`.

use std::fs;
use std::path::PathBuf;

use crate::package::{self, Profile};
use crate::run::{output_of, program};
use crate::workspace::Workspace;
use crate::{Result, size};

/// Builds the package, whose size is checked by that, and packs it; where the tarball is.
pub(crate) fn pack(workspace: &Workspace) -> Result<PathBuf> {
    package::build(workspace, Profile::Wasm)?;
    let package = workspace.package();
    let directory = workspace.target.join("npm");
    let mut npm = program("npm", &package);
    npm.args(["pack", "--silent", "--pack-destination"]).arg(&directory);
    let name = output_of(&mut npm)?;
    let tarball = directory.join(name.trim());
    println!();
    size::print(&package, "in the tarball")?;
    let bytes = fs::metadata(&tarball).map_err(|e| format!("cannot find {}: {e}", tarball.display()))?;
    println!("packed {}, {} bytes", tarball.display(), bytes.len());
    Ok(tarball)
}
