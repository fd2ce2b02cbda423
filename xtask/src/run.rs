//! Processes: run them in sight of the user, or watch them and keep what they say.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// How often a silent process is said to be alive.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// A program, to be run in `directory` and without input.
pub(crate) fn program(name: impl AsRef<OsStr>, directory: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(directory).stdin(Stdio::null());
    // `cargo run` describes xtask's own package in these; build scripts that read them would run again each time that
    // somebody calls cargo by hand in between.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Cargo, to be run in `directory`.
pub(crate) fn cargo(directory: &Path) -> Command {
    program("cargo", directory)
}

/// Runs it with its output in sight of the user.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|e| cannot_run(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed ({status})", line_of(command)))
    }
}

/// Runs it in silence; what it printed on stdout.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| cannot_run(command, &e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "`{}` failed ({}): {}",
        line_of(command),
        output.status,
        errors.trim()
    ))
}

/// Whether it can be run at all and succeeds, in silence.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// What a watched process said, stdout and stderr in the order of their arrival.
pub(crate) struct Watched {
    pub(crate) text: String,
    pub(crate) success: bool,
}

/// Runs it, keeps its output, and shows the lines that `shown` chooses, so that one sees how far it is.
pub(crate) fn watch(command: &mut Command, shown: impl Fn(&str) -> bool) -> Result<Watched> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| cannot_run(command, &e))?;
    let (sender, lines) = mpsc::channel();
    forward_lines(child.stdout.take(), sender.clone());
    forward_lines(child.stderr.take(), sender);

    let (start, mut last_sign) = (now(), now());
    let mut text = String::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => {
                if shown(&line) {
                    println!("    {}", line.trim());
                    last_sign = now();
                }
                text.push_str(&line);
                text.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => break,
            // A process that it left behind may hold the pipe open.
            Err(RecvTimeoutError::Timeout) if matches!(child.try_wait(), Ok(Some(_))) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if last_sign.elapsed() > HEARTBEAT {
            println!("    … {}", seconds(start.elapsed()));
            last_sign = now();
        }
    }
    let status = child.wait().map_err(|e| cannot_run(command, &e))?;
    Ok(Watched {
        text,
        success: status.success(),
    })
}

/// The time, for measuring how long a step takes.
#[expect(
    clippy::disallowed_methods,
    reason = "this is a task runner, which tells how long its steps take"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// `7.5 s`, or `2 min 5 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

fn forward_lines(stream: Option<impl Read + Send + 'static>, sender: Sender<String>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
}

fn cannot_run(command: &Command, error: &std::io::Error) -> String {
    format!("cannot run `{}`: {error}", line_of(command))
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_and_the_outcome_are_kept() {
        let script = "echo out; echo err >&2; exit 3";
        let watched = watch(program("sh", Path::new(".")).args(["-c", script]), |_| false).unwrap();
        assert!(!watched.success);
        assert!(
            watched.text.contains("out\n") && watched.text.contains("err\n"),
            "{}",
            watched.text
        );
    }

    #[test]
    fn a_process_left_behind_is_not_waited_for() {
        let start = now();
        let watched = watch(
            program("sh", Path::new(".")).args(["-c", "sleep 30 & echo done"]),
            |_| false,
        )
        .unwrap();
        assert!(watched.success && watched.text == "done\n");
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut program("no-such-program", Path::new("."))).unwrap_err();
        assert!(error.contains("no-such-program"), "{error}");
    }

    #[test]
    fn durations_are_readable() {
        assert_eq!(seconds(Duration::from_millis(7500)), "7.5 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }
}
