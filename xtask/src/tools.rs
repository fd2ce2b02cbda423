//! What the commands need from outside: found, or installed where only this work tree sees it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::run::{cargo, output_of, program, run, succeeds};
use crate::workspace::Workspace;

/// The WebAssembly target of rustc.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The oldest Node with everything that the facade's build and tests use.
const NODE: u32 = 20;
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";
const LINKED: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/// If this binary was called as one of the tools that are linked to it: that tool's result.
pub(crate) fn run_as_linked() -> Option<Result> {
    let called_as = PathBuf::from(env::args_os().next()?);
    match called_as.file_stem()?.to_str()? {
        "wasm-bindgen" => Some(wasm_bindgen(env::args_os())),
        "wasm-bindgen-test-runner" => {
            let result = wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os());
            Some(result.map_err(|e| format!("{e:?}")))
        }
        _ => None,
    }
}

/// wasm-bindgen, in this process; `arguments` begin with its name.
pub(crate) fn wasm_bindgen<T: Into<std::ffi::OsString> + Clone>(arguments: impl IntoIterator<Item = T>) -> Result {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments).map_err(|e| format!("wasm-bindgen: {e:?}"))
}

/// Links wasm-bindgen's tools to this binary, for wasm-pack to find.
pub(crate) fn link(workspace: &Workspace) -> Result {
    let directory = workspace.tools();
    fs::create_dir_all(&directory).map_err(|e| format!("cannot create {}: {e}", directory.display()))?;
    let this = env::current_exe().map_err(|e| format!("cannot find this program: {e}"))?;
    for name in LINKED {
        let link = directory.join(name);
        // The link of an earlier build, or nothing.
        let _ = fs::remove_file(&link);
        fs::hard_link(&this, &link).map_err(|e| format!("cannot link {}: {e}", link.display()))?;
    }
    Ok(())
}

/// Adds the WebAssembly target to the toolchain in use, where it is missing.
pub(crate) fn wasm_target() -> Result {
    let libraries = output_of(program("rustc", Path::new(".")).args(["--print", "target-libdir", "--target", WASM]))?;
    if fs::read_dir(libraries.trim()).is_ok_and(|mut entries| entries.next().is_some()) {
        return Ok(());
    }
    println!("installing Rust's target {WASM}");
    run(program("rustup", Path::new(".")).args(["target", "add", WASM]))
        .map_err(|e| format!("Rust's target {WASM} is missing: install it with `rustup target add {WASM}` ({e})"))
}

/// Adds rustfmt and clippy, which minimal toolchains lack.
pub(crate) fn rust_components() -> Result {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if succeeds(cargo(Path::new(".")).args([subcommand, "--version"])) {
            continue;
        }
        println!("installing {component}");
        run(program("rustup", Path::new(".")).args(["component", "add", component]))
            .map_err(|e| format!("{component} is missing: install it with `rustup component add {component}` ({e})"))?;
    }
    Ok(())
}

/// Installs the facade's npm packages.
pub(crate) fn npm_packages(workspace: &Workspace) -> Result {
    npm_packages_of(&workspace.facade())
}

/// Installs the npm packages of a directory, unless they are those of its package-lock.json already.
pub(crate) fn npm_packages_of(directory: &Path) -> Result {
    let lock = directory.join("package-lock.json");
    let locked = fs::read(&lock).map_err(|e| format!("cannot read {}: {e}", lock.display()))?;
    // Inside node_modules, so that it goes when they go.
    let installed = directory.join("node_modules/.holdall-installed");
    if fs::read(&installed).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    node(directory)?;
    println!("installing npm packages");
    run(program("npm", directory).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    fs::write(&installed, locked).map_err(|e| format!("cannot write {}: {e}", installed.display()))
}

/// Installs wasm-pack for this work tree, where it is missing.
pub(crate) fn wasm_pack(workspace: &Workspace) -> Result<PathBuf> {
    installed_with_cargo(workspace, "wasm-pack", WASM_PACK)
}

/// Installs Firefox's driver for this work tree, where it is missing: Debian has no package of it.
pub(crate) fn geckodriver(workspace: &Workspace) -> Result<PathBuf> {
    installed_with_cargo(workspace, "geckodriver", GECKODRIVER)
}

fn installed_with_cargo(workspace: &Workspace, name: &str, version: &str) -> Result<PathBuf> {
    let tools = workspace.tools();
    let binary = tools.join("bin").join(name).with_extension(env::consts::EXE_EXTENSION);
    let found = output_of(program(&binary, &workspace.root).arg("--version"));
    // Further words and lines may follow.
    let found = found.is_ok_and(|text| text.split_whitespace().take(2).eq([name, version]));
    if found {
        return Ok(binary);
    }
    println!("installing {name} {version} (a minute or two)");
    // Unoptimised: they build in half the time, and do nothing but start and steer other programs.
    let arguments = ["install", name, "--version", version, "--locked", "--debug", "--root"];
    run(cargo(&workspace.root).args(arguments).arg(&tools))?;
    Ok(binary)
}

fn node(directory: &Path) -> Result {
    let needed = format!("Node {NODE} or later, with npm, is needed: install it from https://nodejs.org");
    let version = output_of(program("node", directory).arg("--version")).map_err(|_| needed.clone())?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    let npm = succeeds(program("npm", directory).arg("--version"));
    if npm && major.is_some_and(|major| major >= NODE) {
        Ok(())
    } else {
        Err(needed)
    }
}
