//! `bench`: what the library costs, beside what one would otherwise use.

use std::process::Command;

use crate::browsers::Browsers;
use crate::package::{self, Profile};
use crate::run::{cargo, program, run as run_process};
use crate::workspace::Workspace;
use crate::{Result, tools};

/// The parts that can be named; without a name, all but `journal` and `profile` are run.
pub(crate) const PARTS: [&str; 11] = [
    "bytes", "journal", "memory", "micro", "open", "profile", "refresh", "report", "requests", "state", "tabs",
];

/// Whether it is a part, or says how many rounds.
pub(crate) fn is_known(word: &str) -> bool {
    let rounds = word
        .strip_prefix("--rounds=")
        .is_some_and(|number| number.parse::<usize>().is_ok());
    rounds || PARTS.contains(&word)
}

/// Measures the named parts, or all, in sight of the user.
pub(crate) fn run(workspace: &Workspace, parts: &[String]) -> Result {
    let (micro, others): (Vec<&String>, Vec<&String>) = parts.iter().partition(|part| *part == "micro");
    let all = !parts.iter().any(|part| PARTS.contains(&part.as_str()));
    if all || !others.is_empty() {
        tools::wasm_target()?;
        let browsers = Browsers::find_or_install(workspace)?;
        package::build(workspace, Profile::Wasm)?;
        bundle(workspace)?;
        let mut command = cargo(&workspace.root);
        command.args([
            "run",
            "--release",
            "--package",
            "holdall-benches",
            "--bin",
            "benches",
            "--",
        ]);
        run_process(tell(&mut command, workspace, &browsers).args(others))?;
    }
    if all || !micro.is_empty() {
        run_process(cargo(&workspace.root).args(["bench", "--package", "holdall-benches", "--bench", "micro"]))?;
    }
    Ok(())
}

/// Each part with as little as possible of it, to see that it still works; the package has to be there.
pub(crate) fn smoke(workspace: &Workspace, browsers: &Browsers) -> Command {
    let mut command = cargo(&workspace.root);
    command.args([
        "run",
        "--package",
        "holdall-benches",
        "--bin",
        "benches",
        "--",
        "--smoke",
    ]);
    tell(&mut command, workspace, browsers);
    command
}

/// Bundles the contenders, ours among them, as a page would have them.
pub(crate) fn bundle(workspace: &Workspace) -> Result {
    let peers = workspace.peers();
    tools::npm_packages_of(&peers)?;
    let mut node = program("node", &peers);
    node.arg("build.mjs").arg(workspace.package());
    node.arg(workspace.facade().join("node_modules/esbuild/lib/main.js"));
    run_process(node.arg(contenders(workspace)))
}

fn contenders(workspace: &Workspace) -> std::path::PathBuf {
    workspace.target.join("contenders")
}

fn tell<'a>(command: &'a mut Command, workspace: &Workspace, browsers: &Browsers) -> &'a mut Command {
    browsers
        .tell(command)
        .env("HOLDALL_PACKAGE", workspace.package())
        .env("HOLDALL_CONTENDERS", contenders(workspace))
}
