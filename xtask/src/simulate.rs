//! `simulate`: the journal's simulation, and the session's, optimised, and able to take the shortcuts that it must notice.

use std::env;
use std::process::Command;

use crate::Result;
use crate::run::{cargo, run as run_process};
use crate::workspace::Workspace;

/// What makes the core able to take shortcuts that lose data.
const SHORTCUTS: &str = "--cfg holdall_mutants";

/// What `test` runs of it: the runs, then every shortcut until a run tells.
pub(crate) const SHORT: [&str; 3] = ["--seeds", "2000", "--mutants"];

/// Runs it with these arguments, in sight of the user.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    run_process(&mut command(workspace, arguments))
}

/// Builds and runs it. Its build is one apart: other flags in the same place would build everything anew each time.
pub(crate) fn command(workspace: &Workspace, arguments: &[impl AsRef<str>]) -> Command {
    let mut command = cargo(&workspace.root);
    command.args(["run", "--release", "--package", "holdall-simulation", "--target-dir"]);
    command.arg(workspace.target.join("simulation")).arg("--");
    command.args(arguments.iter().map(AsRef::as_ref));
    command.env("RUSTFLAGS", flags(env::var("RUSTFLAGS").ok().as_deref()));
    // It would stand in for them.
    command.env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}

/// Whether a line of its output says what happened.
pub(crate) fn is_result(line: &str) -> bool {
    ["runs: ", "writes refused: ", "sessions, runs: ", "answers lost: "]
        .iter()
        .any(|start| line.starts_with(start))
        || line.contains(" shortcuts, ")
}

fn flags(others: Option<&str>) -> String {
    match others {
        Some(others) if !others.is_empty() => format!("{others} {SHORTCUTS}"),
        _ => SHORTCUTS.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_s_flags_are_kept() {
        assert_eq!(flags(None), "--cfg holdall_mutants");
        assert_eq!(flags(Some("")), "--cfg holdall_mutants");
        assert_eq!(flags(Some("-C debuginfo=1")), "-C debuginfo=1 --cfg holdall_mutants");
    }

    #[test]
    fn results_are_told_from_the_rest() {
        assert!(is_result("runs: 2000; in each, on average, pages: 9.0"));
        assert!(is_result("sessions, runs: 2000; in each, on average, pages: 6.0"));
        assert!(is_result("17 shortcuts, 0 of them unnoticed, in 3.0 s"));
        assert!(!is_result("   Compiling holdall v0.1.0"));
    }
}
