//! The browsers that tests run in, and the drivers that remote-control them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::programs::{Program, Wanted};
use crate::workspace::Workspace;
use crate::{Result, apt, tools};

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

const CHROMEDRIVER: Wanted = Wanted {
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

const FIREFOX: Wanted = Wanted {
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    places: &[
        "/usr/bin/firefox-esr",
        "/usr/bin/firefox",
        "/snap/bin/firefox",
        "/Applications/Firefox.app/Contents/MacOS/firefox",
    ],
};

/// It serves Firefox of any age that matters here.
const GECKODRIVER: Wanted = Wanted {
    variable: "GECKODRIVER",
    names: &["geckodriver"],
    places: &[
        "/usr/bin/geckodriver",
        "/usr/local/bin/geckodriver",
        "/snap/bin/geckodriver",
        "/opt/homebrew/bin/geckodriver",
    ],
};

const INSTALL_CHROMIUM: &str = "Chromium and a chromedriver of the same version are needed: install them (Debian: \
    `apt-get install chromium chromium-driver`, macOS: `brew install --cask chromium chromedriver`), or name them in CHROME \
    and CHROMEDRIVER";

const INSTALL_FIREFOX: &str = "Firefox is needed: install it (Debian: `apt-get install firefox-esr`, macOS: \
    `brew install --cask firefox`), or name it in FIREFOX";

/// All of them.
pub(crate) struct Browsers {
    pub(crate) chromium: Chromium,
    firefox: Firefox,
}

pub(crate) struct Chromium {
    browser: PathBuf,
    pub(crate) driver: PathBuf,
}

struct Firefox {
    browser: PathBuf,
    driver: PathBuf,
}

impl Browsers {
    /// Finds them, or installs them where that is possible without asking.
    pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Self> {
        for wanted in [CHROME, CHROMEDRIVER, FIREFOX, GECKODRIVER] {
            wanted.check_variable()?;
        }
        let (mut chromium, mut firefox) = (Chromium::find(), FIREFOX.find());
        let mut missing: Vec<&str> = Vec::new();
        if chromium.is_none() {
            missing.extend(["chromium", "chromium-driver"]);
        }
        if firefox.is_none() {
            missing.push("firefox-esr");
        }
        if !missing.is_empty() && apt::install(&missing) {
            (chromium, firefox) = (Chromium::find(), FIREFOX.find());
        }
        let chromium = chromium.ok_or(INSTALL_CHROMIUM)?;
        let browser = firefox.ok_or(INSTALL_FIREFOX)?;
        let driver = GECKODRIVER.find().map_or_else(|| tools::geckodriver(workspace), Ok)?;
        Ok(Self {
            chromium,
            firefox: Firefox { browser, driver },
        })
    }

    /// Says to a program where they are.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("CHROME", &self.chromium.browser)
            .env("CHROMEDRIVER", &self.chromium.driver)
            .env("FIREFOX", &self.firefox.browser)
            .env("GECKODRIVER", &self.firefox.driver)
    }
}

impl Chromium {
    /// The first browser and driver whose versions fit each other.
    fn find() -> Option<Self> {
        let drivers: Vec<Program> = CHROMEDRIVER.programs().collect();
        CHROME.programs().find_map(|browser| {
            let driver = drivers.iter().find(|driver| driver.major == browser.major)?;
            Some(Self {
                browser: browser.path,
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
        options.insert("binary".into(), self.browser.to_string_lossy().into());
        let written = workspace.tools().join("webdriver.json");
        fs::write(&written, json.to_string()).map_err(|e| format!("cannot write {}: {e}", written.display()))?;
        Ok(written)
    }
}
