//! The binary itself: several at once on an empty data directory, and its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

#[test]
fn processes_can_start_together_on_an_empty_directory() {
    let directory = TempDir::new().unwrap();
    let starting: Vec<_> = (0..6).map(|_| Process::start(directory.path())).collect();
    let processes: Vec<_> = starting.into_iter().map(Process::ready).collect();

    let body = r#"{"username":"grace","password":"hopper"}"#;
    let headers = "Content-Type: application/json\r\nHoldall-Csrf: 1\r\nSec-Fetch-Site: same-origin\r\n";
    let tokens = processes[0].request("POST", "/auth/sign-in", headers, body);
    let headers = format!("Authorization: Bearer {}\r\n", tokens["access_token"].as_str().unwrap());
    for process in &processes {
        assert_eq!(
            process.request("GET", "/api/messages", &headers, "")["for"],
            "Grace Hopper"
        );
        assert_eq!(process.request("GET", "/api/stats", "", "")["signIns"], 1);
    }
}

#[test]
fn it_ends_promptly_when_told_to_even_with_connections_open() {
    let directory = TempDir::new().unwrap();
    for signal in ["-TERM", "-INT"] {
        let mut process = Process::start(directory.path()).ready();
        let _unused = TcpStream::connect(process.address()).unwrap();
        let mut slow = TcpStream::connect(process.address()).unwrap();
        let head = "Host: x\r\nHoldall-Csrf: 1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json";
        write!(
            slow,
            "POST /auth/sign-in HTTP/1.1\r\n{head}\r\nContent-Length: 10\r\n\r\n{{"
        )
        .unwrap();
        // Time for the server to read it.
        sleep(Duration::from_millis(200));
        let id = process.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let ended = (0..100).find_map(|_| {
            sleep(Duration::from_millis(50));
            process.child.try_wait().unwrap()
        });
        assert_eq!(ended.and_then(|status| status.code()), Some(0), "{signal}");
    }
}

#[test]
fn a_wrong_command_line_says_what_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_holdall-demo"))
        .args(["--port", "0"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("--data is missing"));
}

/// A process, ended when dropped.
struct Process {
    child: Child,
    address: Option<SocketAddr>,
}

impl Process {
    fn start(directory: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdall-demo"));
        command
            .args(["--port", "0", "--access-seconds", "60"])
            .stdout(Stdio::piped());
        for option in ["data", "www", "package"] {
            command.arg(format!("--{option}")).arg(directory.join(option));
        }
        Self {
            child: command.spawn().unwrap(),
            address: None,
        }
    }

    /// Waits until it says where it listens.
    fn ready(mut self) -> Self {
        let mut line = String::new();
        BufReader::new(self.child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix('/'));
        self.address = Some(address.unwrap_or_else(|| panic!("it said {line:?}")).parse().unwrap());
        self
    }

    fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let address = self.address();
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}");
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
