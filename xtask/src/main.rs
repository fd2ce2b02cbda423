//! The project's tasks: `cargo xtask <command>`. No command, or an unknown one, prints the list.
//!
//! Linked as `wasm-bindgen` or `wasm-bindgen-test-runner`, the same binary is that tool, in the version that Cargo.lock
//! names, so nobody has to install them.

mod apt;
mod bench;
mod browsers;
mod cli;
mod counts;
mod demo;
mod fuzz;
mod mute;
mod nginx;
mod order;
mod pack;
mod package;
mod packaging;
mod programs;
mod run;
mod shorten;
mod simulate;
mod size;
mod strings;
mod suites;
mod tools;
mod workspace;

use std::env;
use std::process::ExitCode;

use cli::Command;
use workspace::Workspace;

/// What went wrong, as the one message that the user gets.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    if let Some(result) = tools::run_as_linked() {
        return result.map_or_else(|message| failure(&message), |()| ExitCode::SUCCESS);
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    match cli::parse(&arguments) {
        Ok(command) => match Workspace::find().and_then(|workspace| execute(&command, &workspace)) {
            Ok(code) => code,
            Err(message) => failure(&message),
        },
        Err(message) => {
            eprintln!("{message}\n\n{}", cli::USAGE);
            ExitCode::from(2)
        }
    }
}

fn execute(command: &Command, workspace: &Workspace) -> Result<ExitCode> {
    match command {
        Command::Help => println!("{}", cli::USAGE),
        Command::Bench(parts) => bench::run(workspace, parts)?,
        Command::Build(profile) => package::build(workspace, *profile)?,
        Command::Demo { port } => demo::run(workspace, *port)?,
        Command::Fuzz(arguments) => fuzz::run(workspace, arguments)?,
        Command::Pack => {
            pack::pack(workspace)?;
            pack::pack_crate(workspace)?;
        }
        Command::Packaging(arguments) => packaging::run(workspace, arguments)?,
        Command::Simulate(arguments) => simulate::run(workspace, arguments)?,
        // Its last line is machine-read, so no message may follow.
        Command::Test => return suites::run(workspace),
    }
    Ok(ExitCode::SUCCESS)
}

fn failure(message: &str) -> ExitCode {
    eprintln!("xtask: {message}");
    ExitCode::FAILURE
}
