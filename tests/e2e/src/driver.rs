//! The drivers of this process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use tempfile::TempDir;

use crate::engine::Engine;

/// The chromedriver that runs, if any. Weak, because a static is never dropped: the last browser ends it.
static RUNNING: Mutex<Weak<Driver>> = Mutex::new(Weak::new());

/// A running driver; it ends when dropped.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    /// Firefox refuses to run as root in somebody else's home.
    _home: TempDir,
}

impl Driver {
    /// The running one, or a new one.
    pub(crate) fn of(engine: Engine) -> Arc<Self> {
        match engine {
            Engine::Chromium => {
                let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
                running.upgrade().unwrap_or_else(|| {
                    let driver = Arc::new(Self::start(engine));
                    *running = Arc::downgrade(&driver);
                    driver
                })
            }
            // A geckodriver has one browser at a time.
            Engine::Firefox => Arc::new(Self::start(engine)),
        }
    }

    fn start(engine: Engine) -> Self {
        let home = TempDir::new().expect("a temporary directory");
        let mut command = engine.driver();
        if engine == Engine::Firefox {
            command.env("HOME", home.path());
        }
        let process = command.stdout(Stdio::piped()).spawn().expect("the driver can be run");
        let mut driver = Self {
            process,
            port: 0,
            _home: home,
        };
        let mut lines = BufReader::new(driver.process.stdout.take().expect("its output")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| engine.announced_port(&line));
        driver.port = port.expect("the driver says its port");
        // Nobody needs the rest, but a full pipe would block it.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        driver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
