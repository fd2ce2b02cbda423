//! `bench`: what the library costs.

use crate::browsers::Browsers;
use crate::package::{self, Profile};
use crate::run::{cargo, run as run_process};
use crate::workspace::Workspace;
use crate::{Result, tools};

/// Measures the journal in Chromium, in sight of the user.
pub(crate) fn journal(workspace: &Workspace) -> Result {
    tools::wasm_target()?;
    let browsers = Browsers::find_or_install(workspace)?;
    package::build(workspace, Profile::Wasm)?;
    let mut command = cargo(&workspace.root);
    command.args(["run", "--package", "holdall-benches", "--bin", "journal"]);
    run_process(browsers.tell(&mut command).env("HOLDALL_PACKAGE", workspace.package()))
}
