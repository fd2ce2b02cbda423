//! `test`: everything that must hold, one suite after another, up to the first that fails.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::browsers::Browsers;
use crate::counts::{self, Counts};
use crate::nginx::Nginx;
use crate::package::{self, Profile};
use crate::run::{cargo, now, output_of, program, seconds, succeeds, watch};
use crate::workspace::Workspace;
use crate::{Result, bench, simulate, tools};

/// The fewest tests that each suite has. Fewer means that some are no longer found: raise these along with the tests.
const NATIVE: usize = 357;
const FUZZ: usize = 18;
const DOC: usize = 18;
const BROWSER: usize = 160;
const FACADE: usize = 197;
const HTTP: usize = 14;
const PYTHON: usize = 157;
const END_TO_END: usize = 42;

/// Crates that only the browser has a use for.
const WEB_CRATES: [&str; 5] = ["gloo", "js-sys", "serde-wasm-bindgen", "wasm-bindgen", "web-sys"];

/// Runs all suites; the last line that it prints is `holdall: <number> passed, <number> failed`.
///
/// An error is only something that the suites need and that couldn't be had.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let start = now();
    let (browsers, nginx) = prepare(workspace)?;
    let mut suites = Suites {
        workspace,
        browsers,
        nginx,
        total: Counts::default(),
    };
    let result = suites.run();
    if let Err(message) = &result {
        println!("\nFAILED: {message}");
        suites.total.failed = suites.total.failed.max(1);
    }
    println!("\nin {}", seconds(start.elapsed()));
    println!(
        "holdall: {} passed, {} failed",
        suites.total.passed, suites.total.failed
    );
    Ok(if result.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Finds or installs all that the suites need, so that nothing is missing after minutes of building.
fn prepare(workspace: &Workspace) -> Result<(Browsers, Nginx)> {
    tools::wasm_target()?;
    tools::rust_components()?;
    let browsers = Browsers::find_or_install(workspace)?;
    let nginx = Nginx::find_or_fetch(workspace)?;
    tools::npm_packages(workspace)?;
    tools::npm_packages_of(&workspace.provider())?;
    tools::npm_packages_of(&workspace.peers())?;
    tools::link(workspace)?;
    tools::wasm_pack(workspace)?;
    Ok((browsers, nginx))
}

struct Suites<'a> {
    workspace: &'a Workspace,
    browsers: Browsers,
    nginx: Nginx,
    total: Counts,
}

impl Suites<'_> {
    fn run(&mut self) -> Result {
        self.check("format", self.cargo("fmt --all --check"))?;
        self.check(
            "clippy, native",
            self.cargo("clippy --workspace --all-targets -- -D warnings"),
        )?;
        self.check(
            "clippy, wasm, for Rust",
            self.cargo_wasm("clippy --package holdall --lib --features front", "-- -D warnings"),
        )?;
        let targets = "clippy --package holdall --lib --test browser --features js,front";
        self.check(
            "clippy, wasm, for JavaScript",
            self.cargo_wasm(targets, "-- -D warnings"),
        )?;
        self.no_web_crates()?;
        self.check(
            "docs, native",
            deny_doc_warnings(self.cargo("doc --workspace --no-deps")),
        )?;
        let docs = self.cargo_wasm("doc --package holdall --no-deps --features js,front", "");
        self.check("docs, wasm", deny_doc_warnings(docs))?;

        let others = "--exclude holdall-e2e --exclude holdall-http --exclude holdall-fuzz";
        let native = self.cargo(&format!("test --workspace {others} --lib --bins --tests"));
        self.tests("native tests", NATIVE, native)?;
        self.tests("fuzzing, a little", FUZZ, self.cargo("test --package holdall-fuzz"))?;
        self.simulation()?;
        self.tests(
            "doc tests",
            DOC,
            self.cargo("test --package holdall --features axum --doc"),
        )?;
        let mut http = self.cargo("test --package holdall-http");
        self.nginx.tell(&mut http);
        self.tests("over HTTP", HTTP, http)?;
        self.vectors_in_python()?;
        self.tests("browser tests", BROWSER, self.wasm_pack()?)?;
        self.package()?;
        let mut facade = program("npm", &self.workspace.facade());
        facade.arg("test").env("HOLDALL_PACKAGE", self.workspace.package());
        self.tests("facade", FACADE, facade)?;
        self.check("build the server", self.cargo("build --package holdall-demo"))?;
        self.tests("end to end", END_TO_END, self.end_to_end())?;
        bench::bundle(self.workspace)?;
        self.check(
            "benchmarks, as little of each as there can be",
            bench::smoke(self.workspace, &self.browsers),
        )
    }

    /// A step that succeeds or fails, and has no number of tests.
    fn check(&self, name: &str, mut command: Command) -> Result {
        headline(name);
        let start = now();
        let watched = watch(&mut command, |_| false)?;
        if !watched.success {
            print_without_noise(&watched.text);
            return Err(name.into());
        }
        println!("    ok, {}", seconds(start.elapsed()));
        Ok(())
    }

    /// A step that says how many tests passed, at least `minimum`.
    fn tests(&mut self, name: &str, minimum: usize, mut command: Command) -> Result {
        headline(name);
        let start = now();
        let watched = watch(&mut command, is_progress)?;
        let counts = counts::parse(&watched.text);
        self.total += counts;
        let problem = problem(counts, watched.success, minimum);
        if let Some(problem) = problem {
            print_without_noise(&watched.text);
            return Err(format!("{name}: {problem}"));
        }
        println!("    {} passed, {}", counts.passed, seconds(start.elapsed()));
        Ok(())
    }

    /// Says, beside whether all was well, how much happened.
    fn simulation(&self) -> Result {
        headline("simulation");
        let start = now();
        let watched = watch(
            &mut simulate::command(self.workspace, &simulate::SHORT),
            simulate::is_result,
        )?;
        if !watched.success {
            print_without_noise(&watched.text);
            return Err("simulation".into());
        }
        println!("    ok, {}", seconds(start.elapsed()));
        Ok(())
    }

    /// The implementation beside the vectors, where there is a Python to run it.
    fn vectors_in_python(&mut self) -> Result {
        let vectors = self.workspace.root.join("tests/vectors");
        if !succeeds(program("python3", &vectors).arg("--version")) {
            headline("vectors, in Python");
            println!("    NOT RUN: there is no python3 on the PATH");
            return Ok(());
        }
        let mut python = program("python3", &vectors);
        python.args(["-B", "test_vectors.py"]);
        self.tests("vectors, in Python", PYTHON, python)
    }

    fn no_web_crates(&self) -> Result {
        headline("no web crate in a native build");
        let arguments = "tree --package holdall --no-default-features --edges normal --prefix none --format {p}";
        let tree = output_of(&mut self.cargo(arguments))?;
        let found = web_crates(&tree);
        if found.is_empty() {
            println!("    ok");
            return Ok(());
        }
        Err(format!("a native build of the crate depends on {}", found.join(", ")))
    }

    fn package(&self) -> Result {
        headline("package and its size");
        let start = now();
        package::build(self.workspace, Profile::Wasm)?;
        println!("    ok, {}", seconds(start.elapsed()));
        Ok(())
    }

    /// wasm-pack with all that it would download already in its reach.
    fn wasm_pack(&self) -> Result<Command> {
        let tools = self.workspace.tools();
        let mut command = program(tools.join("bin/wasm-pack"), &self.workspace.root);
        command.args([
            "test",
            "--mode",
            "no-install",
            "--headless",
            "--chrome",
            "--chromedriver",
        ]);
        command
            .arg(&self.browsers.chromium.driver)
            .args(["--", "--features", "js,front", "--test", "browser"]);
        // wasm-bindgen's tools are taken from the PATH if their version is the one in Cargo.lock.
        command.env("PATH", path_with(tools.clone())?);
        command.env("WASM_PACK_CACHE", tools.join("cache"));
        command.env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            self.browsers.chromium.capabilities(self.workspace)?,
        );
        command.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        // These would choose another browser.
        for name in ["GECKODRIVER", "SAFARIDRIVER", "MSEDGEDRIVER"] {
            command.env_remove(name).env_remove(format!("{name}_REMOTE"));
        }
        command.env_remove("CHROMEDRIVER_REMOTE");
        Ok(command)
    }

    fn end_to_end(&self) -> Command {
        let mut command = self.cargo("test --package holdall-e2e");
        command.env("HOLDALL_SERVER", self.workspace.server());
        command.env("HOLDALL_WWW", self.workspace.www());
        command.env("HOLDALL_PACKAGE", self.workspace.package());
        self.browsers.tell(&mut command);
        command
    }

    fn cargo(&self, arguments: &str) -> Command {
        let mut command = cargo(&self.workspace.root);
        command.args(arguments.split_whitespace());
        command
    }

    fn cargo_wasm(&self, arguments: &str, rest: &str) -> Command {
        self.cargo(&format!("{arguments} --target {} {rest}", tools::WASM))
    }
}

fn headline(name: &str) {
    println!("\n== {name}");
}

fn deny_doc_warnings(mut command: Command) -> Command {
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// Our tools before all others.
fn path_with(directory: PathBuf) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = std::iter::once(directory).chain(env::split_paths(&path));
    env::join_paths(directories).map_err(|e| format!("cannot extend the PATH: {e}"))
}

/// Lines that show how far a suite is.
fn is_progress(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Running ") || line.starts_with("test result: ") || line.ends_with(" ... FAILED")
}

/// All that a failed suite said, but for the crates that cargo had to build.
fn print_without_noise(text: &str) {
    for line in text.lines().filter(|line| !is_noise(line)) {
        println!("{line}");
    }
}

fn is_noise(line: &str) -> bool {
    let words = [
        "Compiling ",
        "Checking ",
        "Documenting ",
        "Downloading ",
        "Downloaded ",
        "Blocking ",
    ];
    line.starts_with(' ') && words.iter().any(|word| line.trim_start().starts_with(word))
}

/// What keeps a suite from having passed.
fn problem(counts: Counts, success: bool, minimum: usize) -> Option<String> {
    match counts {
        Counts { failed: 0, .. } if !success => Some("the run failed".into()),
        Counts { failed: 0, passed: 0 } => Some("no test ran".into()),
        Counts { failed: 0, passed } if passed < minimum => Some(format!("{passed} tests ran, {minimum} are known")),
        Counts { failed: 0, .. } => None,
        Counts { failed, .. } => Some(format!("{failed} failed")),
    }
}

/// The crates of the browser in the output of `cargo tree`.
fn web_crates(tree: &str) -> Vec<&str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| WEB_CRATES.iter().any(|web| name.starts_with(web)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_passes_only_with_all_its_tests() {
        let counts = |passed, failed| Counts { passed, failed };
        assert_eq!(problem(counts(5, 0), true, 5), None);
        assert!(problem(counts(4, 0), true, 5).is_some());
        assert!(problem(counts(0, 0), true, 0).is_some());
        assert!(problem(counts(5, 0), false, 5).is_some());
        assert!(problem(counts(5, 1), true, 5).is_some());
    }

    #[test]
    fn only_cargo_s_own_lines_are_noise() {
        assert!(is_noise("   Compiling serde v1.0.0"));
        assert!(!is_noise("Checking the cart failed"));
        assert!(!is_noise("error: could not compile `holdall`"));
    }

    #[test]
    fn web_crates_are_found_in_a_tree() {
        let tree =
            "holdall v0.1.0 (/somewhere/web-sys)\nserde v1.0.0\ngloo-net v0.7.0\nwasm-bindgen-futures v0.4.0 (*)\n";
        assert_eq!(web_crates(tree), ["gloo-net", "wasm-bindgen-futures"]);
        assert!(web_crates("holdall v0.1.0\nserde_json v1.0.0\n").is_empty());
    }
}
