//! `fuzz`: the targets of `fuzz/`, for as long as wanted.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Result;
use crate::run::{cargo, program, run as run_process, succeeds};
use crate::workspace::Workspace;

const USAGE: &str = "fuzz [target …] [--seconds=60]; fuzz <target> --input=<number or file>";

/// What libFuzzer is told of all targets: how long inputs get, and what an input may cost.
const LIMITS: [&str; 3] = ["-max_len=6000", "-timeout=10", "-rss_limit_mb=1500"];

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Wanted {
    targets: Vec<String>,
    seconds: u64,
    /// One input again, instead.
    input: Option<String>,
}

/// Runs the targets one after the other: by coverage, if there are a nightly compiler and cargo-fuzz, and else by numbers.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let wanted = parse(arguments, &targets(workspace)?)?;
    let by_coverage =
        succeeds(program("rustup", &workspace.root).args(["run", "nightly", "cargo", "fuzz", "--version"]));
    if !by_coverage && wanted.input.is_none() {
        println!("by numbers: for libFuzzer install a nightly compiler and cargo-fuzz");
    }
    for target in &wanted.targets {
        println!("\n== {target}");
        let mut command = match &wanted.input {
            Some(input) => by_numbers(workspace, target, &format!("--input={input}")),
            None if by_coverage => with_libfuzzer(workspace, target, wanted.seconds)?,
            None => by_numbers(workspace, target, &format!("--seconds={}", wanted.seconds)),
        };
        run_process(&mut command)?;
    }
    Ok(())
}

fn parse(arguments: &[String], known: &[String]) -> Result<Wanted> {
    let mut wanted = Wanted {
        targets: Vec::new(),
        seconds: 60,
        input: None,
    };
    for argument in arguments {
        if let Some(seconds) = argument.strip_prefix("--seconds=") {
            wanted.seconds = seconds.parse().map_err(|_| format!("not a number: `{argument}`"))?;
        } else if let Some(input) = argument.strip_prefix("--input=") {
            wanted.input = Some(input.to_owned());
        } else if known.contains(argument) {
            wanted.targets.push(argument.clone());
        } else {
            return Err(format!(
                "no target is called `{argument}`; these are: {}\n{USAGE}",
                known.join(" ")
            ));
        }
    }
    if wanted.input.is_some() && wanted.targets.len() != 1 {
        return Err(format!("an input is one target's\n{USAGE}"));
    }
    if wanted.targets.is_empty() {
        wanted.targets = known.to_vec();
    }
    Ok(wanted)
}

/// Each has a file of its own.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let directory = workspace.root.join("fuzz/src/targets");
    let entries = fs::read_dir(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let names = entries.filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.filter(|name| name != "mod").collect();
    names.sort();
    Ok(names)
}

fn by_numbers(workspace: &Workspace, target: &str, option: &str) -> Command {
    let mut command = cargo(&workspace.root);
    command.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "holdall-fuzz",
        "--bin",
        "fuzz",
    ]);
    command
        .arg("--target-dir")
        .arg(built(workspace))
        .args(["--", target, option]);
    // As quick as can be, but for what tells of a mistake.
    command.env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true");
    command.env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true");
    command
}

/// What it found interesting is kept for the next time, and so is what fails.
fn with_libfuzzer(workspace: &Workspace, target: &str, seconds: u64) -> Result<Command> {
    let corpus = built(workspace).join("corpus").join(target);
    let findings = built(workspace).join("findings");
    for directory in [&corpus, &findings] {
        fs::create_dir_all(directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    }
    let mut command = program("rustup", &workspace.root);
    command.args([
        "run",
        "nightly",
        "cargo",
        "fuzz",
        "run",
        "--fuzz-dir",
        "fuzz",
        "--sanitizer",
        "none",
    ]);
    command.arg("--target-dir").arg(built(workspace));
    command
        .args(["--features", "coverage", "coverage"])
        .arg(&corpus)
        .arg("--")
        .args(LIMITS);
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/{target}-", findings.display()));
    command.env("HOLDALL_FUZZ", target);
    Ok(command)
}

/// A build apart: other flags in the same place would build everything anew each time.
fn built(workspace: &Workspace) -> PathBuf {
    workspace.target.join("fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Wanted> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, &["json".to_owned(), "vault".to_owned()])
    }

    #[test]
    fn all_targets_for_a_minute_unless_told_otherwise() {
        assert!(parsed("").is_ok_and(|wanted| wanted.targets.len() == 2 && wanted.seconds == 60));
        assert!(parsed("vault --seconds=5").is_ok_and(|wanted| wanted.targets == ["vault"] && wanted.seconds == 5));
        assert!(parsed("json --input=17").is_ok_and(|wanted| wanted.input.as_deref() == Some("17")));
        assert!(parsed("--input=17").is_err() && parsed("--seconds=x").is_err());
        assert!(parsed("jsno").is_err_and(|message| message.contains("json vault")));
    }
}
