//! `demo`: everything built, and served until Ctrl-C.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::package::{self, Profile};
use crate::run::{cargo, now, program, run as run_process, seconds};
use crate::workspace::Workspace;
use crate::{Result, tools};

/// How often somebody has asked us to stop.
static STOPS: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn run(workspace: &Workspace, port: u16) -> Result {
    // Before minutes of building.
    check_port(port)?;
    let mut steps = Steps {
        start: now(),
        number: 0,
    };
    steps.next("Rust's WebAssembly target");
    tools::wasm_target()?;
    steps.next("npm packages");
    tools::npm_packages(workspace)?;
    steps.next("the package: WebAssembly module, bindings, facade");
    package::build(workspace, Profile::Wasm)?;
    steps.next("the server");
    run_process(cargo(&workspace.root).args(["build", "--package", "holdall-demo"]))?;
    steps.next("start");
    serve(workspace, port)
}

/// Says which step begins, and how long the steps before have taken.
struct Steps {
    start: Instant,
    number: usize,
}

impl Steps {
    const COUNT: usize = 5;

    fn next(&mut self, what: &str) {
        self.number += 1;
        println!(
            "[{}/{}] {what} (after {})",
            self.number,
            Self::COUNT,
            seconds(self.start.elapsed())
        );
    }
}

fn check_port(port: u16) -> Result {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(e) => Err(format!(
            "cannot serve on port {port} ({e}); choose another: cargo xtask demo --port <number>"
        )),
    }
}

/// Runs the server until it ends or is asked to.
fn serve(workspace: &Workspace, port: u16) -> Result {
    let data = workspace.target.join("demo");
    fs::create_dir_all(&data).map_err(|e| format!("cannot create {}: {e}", data.display()))?;
    let mut command = program(workspace.server(), &workspace.root);
    command.arg("--port").arg(port.to_string()).arg("--data").arg(data);
    command
        .arg("--www")
        .arg(workspace.www())
        .arg("--package")
        .arg(workspace.package());
    let mut server = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot start the server: {e}"))?;
    stop_with_us(&server)?;
    pass_on_output(&mut server);
    let status = server.wait().map_err(|e| format!("cannot wait for the server: {e}"))?;
    if STOPS.load(Ordering::SeqCst) > 0 {
        say("stopped");
        return Ok(());
    }
    Err(format!("the server ended by itself ({status})"))
}

/// On Ctrl-C or a termination, the server is told to end; a second time, it is ended.
fn stop_with_us(server: &Child) -> Result {
    let id = i32::try_from(server.id()).map_err(|e| e.to_string())?;
    ctrlc::set_handler(move || {
        let signal = if STOPS.fetch_add(1, Ordering::SeqCst) == 0 {
            Signal::SIGTERM
        } else {
            Signal::SIGKILL
        };
        // It may have ended already, as the terminal tells it of a Ctrl-C too.
        let _ = kill(Pid::from_raw(id), signal);
    })
    .map_err(|e| format!("cannot listen for Ctrl-C: {e}"))
}

fn pass_on_output(server: &mut Child) {
    let Some(output) = server.stdout.take() else { return };
    for line in BufReader::new(output).lines().map_while(|line| line.ok()) {
        match line.strip_prefix("listening on ") {
            Some(address) => say(&format!("\nready: {address}   (Ctrl-C stops it)")),
            None => say(&line),
        }
    }
}

/// Prints a line. That nobody reads any more is no reason to leave the server behind.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
