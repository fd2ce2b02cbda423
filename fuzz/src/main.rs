//! `cargo xtask fuzz`, on any compiler: `fuzz <target> <--seconds=N | --input=N | --input=FILE>`.

use std::process::ExitCode;
use std::sync::Once;
use std::time::{Duration, Instant};
use std::{fs, panic};

use holdall_fuzz::{Target, check, hunt};

/// How many inputs are tried between two looks at the clock.
const BATCH: u64 = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, option] = arguments.as_slice() else {
        return failure("fuzz <target> <--seconds=N | --input=N>");
    };
    let Some(target) = Target::find(name) else {
        return failure("there is no such target");
    };
    // Making it short panics again and again.
    let (told, tell) = (Once::new(), panic::take_hook());
    panic::set_hook(Box::new(move |info| told.call_once(|| tell(info))));
    let result = match (option.strip_prefix("--seconds="), option.strip_prefix("--input=")) {
        (Some(seconds), _) => match seconds.parse() {
            Ok(seconds) => search(target, seconds),
            Err(_) => Err("--seconds=N has a number".to_owned()),
        },
        (_, Some(input)) => again(target, input),
        _ => Err("neither --seconds=N nor --input=N".to_owned()),
    };
    result.map_or_else(|message| failure(&message), |()| ExitCode::SUCCESS)
}

fn search(target: &Target, seconds: u64) -> Result<(), String> {
    let end = now() + Duration::from_secs(seconds);
    let mut next = 0;
    while now() < end {
        hunt(target, next..next + BATCH).map_err(|finding| finding.to_string())?;
        next += BATCH;
    }
    println!("{}: {next} inputs, nothing found", target.name);
    Ok(())
}

/// One input: its number, or a file of libFuzzer's.
fn again(target: &Target, input: &str) -> Result<(), String> {
    if let Ok(number) = input.parse() {
        return hunt(target, [number]).map_err(|finding| finding.to_string());
    }
    let bytes = fs::read(input).map_err(|e| format!("{input}: {e}"))?;
    check(target, input, bytes).map_err(|finding| finding.to_string())
}

#[expect(clippy::disallowed_methods, reason = "it tells when to stop, and nothing else")]
fn now() -> Instant {
    Instant::now()
}

fn failure(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
