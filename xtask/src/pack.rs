//! `pack`: the tarball that npm publishes, in `target/npm`.

use std::fs;
use std::path::PathBuf;

use crate::package::{self, Profile};
use crate::run::{cargo, output_of, program, watch};
use crate::workspace::Workspace;
use crate::{Result, size};

/// Packs the crate, too, as crates.io would get it. A warning is an error.
pub(crate) fn pack_crate(workspace: &Workspace) -> Result {
    let mut command = cargo(&workspace.root);
    command.args(["package", "--package", "holdall", "--allow-dirty", "--no-verify"]);
    let watched = watch(&mut command, |line| line.trim_start().starts_with("Packaged "))?;
    if watched.success && !watched.text.contains("warning:") {
        return Ok(());
    }
    Err(format!("cargo package:\n{}", watched.text))
}

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
