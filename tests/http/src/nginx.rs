//! nginx as Debian ships it, in front of a server.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// It ends when dropped.
pub struct Nginx {
    /// `http://127.0.0.1:…`
    pub origin: String,
    process: Child,
    _files: TempDir,
}

impl Nginx {
    /// Starts one that passes everything on to `backend`. `location` is what its one location says besides, `http` what stands
    /// beside the server.
    ///
    /// # Panics
    /// If it doesn't start.
    #[must_use]
    pub fn before(backend: &str, http: &str, location: &str) -> Self {
        let files = TempDir::new().expect("a temporary directory");
        // Free a moment ago, and taken only by bad luck.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let site =
            format!("{http}\n server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {backend}; {location} }} }}");
        let configuration = files.path().join("nginx.conf");
        fs::write(&configuration, shipped(files.path(), &site)).expect("a file");
        // One process, so that ending it ends all: workers outlive a master that is killed.
        let mut process = Command::new(path("HOLDALL_NGINX"))
            .args(["-g", "daemon off; master_process off;", "-e", "stderr", "-c"])
            .arg(&configuration)
            .stdin(Stdio::null())
            .spawn()
            .expect("HOLDALL_NGINX can be run");
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = process.try_wait().expect("its state");
            assert!(ended.is_none(), "nginx doesn't start; its own message is above");
            sleep(Duration::from_millis(10));
        }
        Self {
            origin: format!("http://127.0.0.1:{port}"),
            process,
            _files: files,
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The configuration that the package ships, with other paths, and with this site in place of its own.
fn shipped(files: &Path, site: &str) -> String {
    let shipped = path("HOLDALL_NGINX_CONF");
    let text = fs::read_to_string(shipped.join("nginx.conf")).expect("the package's nginx.conf");
    let mut out = String::new();
    for line in text.lines() {
        let (directive, argument) = line.trim().split_once(' ').unwrap_or((line, ""));
        match (directive, argument) {
            ("user", _) => out += "user root;",
            ("pid", _) => out += &format!("pid {}/pid;", files.display()),
            ("error_log", _) => out += "error_log stderr;",
            ("access_log", _) => out += "access_log off;",
            ("include", argument) if argument.ends_with("mime.types;") => {
                out += &format!("include {}/mime.types;", shipped.display());
            }
            ("include", argument) if argument.contains("sites-enabled") => {
                // Where Debian's build puts temporary files, only an installed nginx may write.
                for kind in ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"] {
                    out += &format!("{kind}_temp_path {}/{kind};\n", files.display());
                }
                out += site;
            }
            ("include", _) => {}
            _ => out += line,
        }
        out.push('\n');
    }
    assert!(out.contains(site), "the package's nginx.conf includes no sites");
    out
}

fn path(variable: &str) -> PathBuf {
    let Some(value) = env::var_os(variable) else {
        panic!("{variable} isn't set: run `cargo xtask test`, which finds or fetches nginx and says where it is");
    };
    value.into()
}
