//! `packaging`: the packed package in fresh projects.

use crate::browsers::Browsers;
use crate::run::{program, run as run_program};
use crate::workspace::Workspace;
use crate::{Result, pack, tools};

/// Packs the package, and has `tests/packaging/run.js` install and use it; in the projects that `only` names, or in all.
pub(crate) fn run(workspace: &Workspace, only: &[String]) -> Result {
    tools::link(workspace)?;
    let browsers = Browsers::find_or_install(workspace)?;
    let tarball = pack::pack(workspace)?;
    let mut node = program("node", &workspace.root.join("tests/packaging"));
    node.arg("run.js").arg(tarball).arg(workspace.target.join("packaging"));
    node.args(only)
        .env("WASM_BINDGEN", workspace.tools().join("wasm-bindgen"))
        .env("CHROMEDRIVER", &browsers.chromium.driver)
        .env("CAPABILITIES", browsers.chromium.capabilities(workspace)?);
    run_program(&mut node)
}
