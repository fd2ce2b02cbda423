//! The browser that tests run in, and the driver that remote-controls it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use crate::Result;
use crate::run::{Watched, output_of, program, succeeds, watch};
use crate::workspace::Workspace;

const INSTALL: &str = "Chromium and a chromedriver of the same version are needed: install them (Debian: `apt-get install \
    chromium chromium-driver`, macOS: `brew install --cask chromium chromedriver`), or name them in CHROME and CHROMEDRIVER";

const CHROME: Wanted = Wanted {
    variable: "CHROME",
    names: &[
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        "chromium-browser",
        "chrome",
    ],
    places: &[
        "/usr/bin/chromium",
        "/usr/bin/google-chrome",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
};

const DRIVER: Wanted = Wanted {
    variable: "CHROMEDRIVER",
    names: &["chromedriver", "chromium.chromedriver"],
    places: &[
        "/usr/bin/chromedriver",
        "/usr/lib/chromium/chromedriver",
        "/usr/lib/chromium-browser/chromedriver",
        "/snap/bin/chromium.chromedriver",
        "/usr/local/bin/chromedriver",
        "/opt/homebrew/bin/chromedriver",
    ],
};

/// A browser and its driver.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds them, or installs them where that is possible without asking.
    pub(crate) fn find_or_install() -> Result<Self> {
        CHROME.check_variable()?;
        DRIVER.check_variable()?;
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        if install_with_apt()
            && let Some(found) = Self::find()
        {
            return Ok(found);
        }
        Err(INSTALL.into())
    }

    /// The first browser and driver whose versions fit each other.
    fn find() -> Option<Self> {
        let drivers: Vec<Program> = DRIVER.programs().collect();
        CHROME.programs().find_map(|chrome| {
            let driver = drivers.iter().find(|driver| driver.major == chrome.major)?;
            Some(Self {
                chrome: chrome.path,
                driver: driver.path.clone(),
            })
        })
    }

    /// Writes the capabilities of `webdriver.json` with this browser in them; where.
    pub(crate) fn capabilities(&self, workspace: &Workspace) -> Result<PathBuf> {
        let source = workspace.root.join("webdriver.json");
        let text = fs::read_to_string(&source).map_err(|e| format!("cannot read {}: {e}", source.display()))?;
        let mut json: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("webdriver.json: {e}"))?;
        let options = json
            .get_mut("goog:chromeOptions")
            .and_then(|options| options.as_object_mut());
        let options = options.ok_or("webdriver.json has no goog:chromeOptions")?;
        options.insert("binary".into(), self.chrome.to_string_lossy().into());
        let written = workspace.tools().join("webdriver.json");
        fs::write(&written, json.to_string()).map_err(|e| format!("cannot write {}: {e}", written.display()))?;
        Ok(written)
    }
}

/// Where a program may be: what the variable names and nothing else, or on the PATH, or in a known place.
struct Wanted {
    variable: &'static str,
    names: &'static [&'static str],
    places: &'static [&'static str],
}

struct Program {
    path: PathBuf,
    major: u32,
}

impl Wanted {
    /// What somebody has chosen is never replaced by something else in silence.
    fn check_variable(&self) -> Result {
        match env::var_os(self.variable) {
            Some(path) if self.programs().next().is_none() => Err(format!(
                "{} names `{}`, which cannot be run",
                self.variable,
                path.display()
            )),
            _ => Ok(()),
        }
    }

    /// Those that are there and run.
    fn programs(&self) -> impl Iterator<Item = Program> {
        let candidates = match env::var_os(self.variable) {
            Some(path) => vec![PathBuf::from(path)],
            None => self.candidates(),
        };
        candidates.into_iter().filter(|path| path.is_file()).filter_map(|path| {
            let major = major_version(&output_of(program(&path, Path::new(".")).arg("--version")).ok()?)?;
            Some(Program { path, major })
        })
    }

    fn candidates(&self) -> Vec<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let directories: Vec<PathBuf> = env::split_paths(&path).collect();
        let on_path = self
            .names
            .iter()
            .flat_map(|name| directories.iter().map(move |directory| directory.join(name)));
        on_path.chain(self.places.iter().map(PathBuf::from)).collect()
    }
}

/// 156 of `Chromium 156.0.8078.79 built on Debian GNU/Linux 12`.
fn major_version(text: &str) -> Option<u32> {
    text.split_whitespace()
        .find_map(|word| word.split_once('.')?.0.parse().ok())
}

/// Whether apt could be run as root, and has installed them.
fn install_with_apt() -> bool {
    let directory = Path::new("/");
    if !succeeds(program("apt-get", directory).arg("--version")) {
        return false;
    }
    let prefix: &[&str] = if Uid::effective().is_root() {
        &[]
    } else if succeeds(program("sudo", directory).args(["-n", "true"])) {
        &["sudo", "-n"]
    } else {
        return false;
    };
    println!("installing Chromium and its driver with apt-get");
    let apt = |arguments: &[&str]| {
        let words = [
            prefix,
            &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"],
            arguments,
        ]
        .concat();
        let (name, rest) = words.split_first()?;
        watch(program(name, directory).args(rest), |_| false).ok()
    };
    // An update that fails for one of several sources may still be good enough.
    apt(&["update"]);
    match apt(&["install", "--no-install-recommends", "chromium", "chromium-driver"]) {
        Some(Watched { success: true, .. }) => true,
        Some(Watched { text, .. }) => {
            print!("{text}");
            false
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(
            major_version("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"),
            Some(156)
        );
        assert_eq!(
            major_version("ChromeDriver 155.0.1 (a21ce95c24ce-refs/branch-heads/8078@{#1704})"),
            Some(155)
        );
        assert_eq!(major_version("Google Chrome 99.0.4844.51 \n"), Some(99));
        assert_eq!(major_version("command not found"), None);
    }
}
