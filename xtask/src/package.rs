//! `build`: the npm package, in `target/npm/holdall`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, io};

use crate::mute::write_muted;
use crate::order::name_by_likeness;
use crate::run::{cargo, program, run};
use crate::shorten::shorten;
use crate::strings::by_length;
use crate::workspace::Workspace;
use crate::{Result, size, tools};

/// For brotli's sake code that is alike stays alike, so what is called once is rarely inlined, and common expressions and runs of zeros
/// stay. By name, what calls the same has numbers alike when [`name_by_likeness`] compares it.
const OPTIMISE: [&str; 12] = [
    "-Oz",
    "-Oz",
    "-Oz",
    "-Oz",
    "--reorder-functions-by-name",
    "--dealign",
    "--low-memory-unused",
    "--zero-filled-memory",
    "--one-caller-inline-max-function-size",
    "20",
    "--skip-pass=local-cse",
    "--skip-pass=memory-packing",
];

/// As [`name_by_likeness`] says; and without what only tools read.
const REORDER: [&str; 4] = [
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What the browsers that the package supports can do, and rustc therefore uses.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The published package.json: without what only this repository needs, and with `dist` as the package's root. In
/// JavaScript because the order of the keys in `exports` matters.
const DESCRIBE: &str = r#"
const fs = require("node:fs"), [from, to] = process.argv.slice(1);
const text = fs.readFileSync(from, "utf8").replaceAll("./dist/", "./");
const { scripts, devDependencies, files, private: _, ...published } = JSON.parse(text);
fs.writeFileSync(to, JSON.stringify(published, null, 2) + "\n");"#;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Profile {
    /// As published: small.
    Wasm,
    /// Built quickly, with names and checks in it; its size is not checked.
    Dev,
}

/// Builds the package, and checks its size if it is built as published.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result {
    tools::wasm_target()?;
    tools::npm_packages(workspace)?;
    let module = compile(workspace, profile)?;
    let bindings = bind(workspace, profile, &module)?;
    build_facade(workspace, &bindings)?;
    let package = workspace.package();
    assemble(workspace, &package).map_err(|e| format!("cannot assemble {}: {e}", package.display()))?;
    run(program("node", &workspace.facade())
        .args(["-e", DESCRIBE, "--", "package.json"])
        .arg(package.join("package.json")))?;
    println!("built {}", package.display());
    match profile {
        Profile::Wasm => size::check(&package),
        Profile::Dev => Ok(()),
    }
}

/// Compiles the crate; where its WebAssembly module is.
fn compile(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let (name, directory) = match profile {
        Profile::Wasm => ("wasm", "wasm"),
        Profile::Dev => ("dev", "debug"),
    };
    let arguments = [
        "build",
        "--package",
        "holdall",
        "--lib",
        "--features",
        "js",
        "--target",
        tools::WASM,
    ];
    let mut command = cargo(&workspace.root);
    command.args(arguments).args(["--profile", name]);
    if profile == Profile::Wasm {
        let mut flags = remapped(workspace);
        // What is alike in many places costs brotli little; a call of it costs a little everywhere. Nor does what is loaded twice.
        flags.push("\u{1f}-Cllvm-args=-inline-threshold=0 -enable-load-pre=false");
        command.env("CARGO_ENCODED_RUSTFLAGS", flags);
    }
    run(&mut command)?;
    Ok(workspace.target.join(tools::WASM).join(directory).join("holdall.wasm"))
}

/// Flags for rustc that shorten the paths in panic messages: the module is smaller, and the same on every machine.
fn remapped(workspace: &Workspace) -> OsString {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let sources = cargo_home.map(|home| home.join("registry/src"));
    let mut flags = OsString::new();
    for prefix in [Some(&workspace.root), sources.as_ref()].into_iter().flatten() {
        if !flags.is_empty() {
            // How cargo separates flags that may contain spaces.
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(prefix);
        flags.push("/=");
    }
    flags
}

/// Makes the JavaScript bindings and the optimised module, unless they are of this module already; the directory with them.
fn bind(workspace: &Workspace, profile: Profile, module: &Path) -> Result<PathBuf> {
    let directory = workspace.target.join("bindings").join(match profile {
        Profile::Wasm => "wasm",
        Profile::Dev => "dev",
    });
    let lock = workspace.facade().join("package-lock.json");
    let mut options = [&OPTIMISE[..], &REORDER, &FEATURES].concat();
    options.extend([
        include_str!("mute.rs"),
        include_str!("order.rs"),
        include_str!("shorten.rs"),
        include_str!("strings.rs"),
    ]);
    let stamp = stamp_of(&[module.to_owned(), lock, workspace.root.join("Cargo.lock")], &options)?;
    if is_stamped(&directory, &stamp) {
        return Ok(directory);
    }
    println!("making the bindings");
    empty(&directory)?;
    let muted = directory.join("muted.wasm");
    let module = match profile {
        Profile::Wasm => {
            write_muted(module, &muted)?;
            &muted
        }
        Profile::Dev => module,
    };
    tools::wasm_bindgen(
        [
            OsStr::new("wasm-bindgen"),
            module.as_os_str(),
            OsStr::new("--target"),
            OsStr::new("web"),
        ]
        .into_iter()
        .chain([
            OsStr::new("--out-name"),
            OsStr::new("holdall"),
            OsStr::new("--out-dir"),
            directory.as_os_str(),
        ]),
    )?;
    if profile == Profile::Wasm {
        println!("optimising the module");
        fs::remove_file(&muted).map_err(|e| format!("cannot remove {}: {e}", muted.display()))?;
        by_length(&directory)?;
        shorten(&directory)?;
        let module = directory.join("holdall_bg.wasm");
        let wasm_opt = workspace.facade().join("node_modules/.bin/wasm-opt");
        let optimise = |options: &[&str]| {
            run(program(&wasm_opt, &workspace.root)
                .args(options)
                .args(FEATURES)
                .arg(&module)
                .arg("-o")
                .arg(&module))
        };
        optimise(&OPTIMISE)?;
        name_by_likeness(&module)?;
        optimise(&REORDER)?;
    }
    write_stamp(&directory, &stamp)?;
    Ok(directory)
}

/// Compiles the facade into `dist`, beside the bindings that it imports, unless nothing has changed.
fn build_facade(workspace: &Workspace, bindings: &Path) -> Result {
    let facade = workspace.facade();
    let dist = facade.join("dist");
    let mut inputs = files_below(&facade.join("src")).map_err(|e| format!("cannot list pkg-template/src: {e}"))?;
    inputs.extend(files_in(&facade).map_err(|e| format!("cannot list pkg-template: {e}"))?);
    inputs.extend(files_in(bindings).map_err(|e| format!("cannot list the bindings: {e}"))?);
    let stamp = stamp_of(&inputs, &[])?;
    if is_stamped(&dist, &stamp) {
        return Ok(());
    }
    println!("compiling the facade");
    empty(&dist)?;
    copy_files(bindings, &dist).map_err(|e| format!("cannot copy the bindings: {e}"))?;
    run(program("npm", &facade).args(["run", "--silent", "build"]))?;
    write_stamp(&dist, &stamp)
}

/// Copies what is published into one directory.
fn assemble(workspace: &Workspace, package: &Path) -> io::Result<()> {
    let _ = fs::remove_dir_all(package);
    fs::create_dir_all(package)?;
    let facade = workspace.facade();
    let dist = facade.join("dist");
    copy_files(&dist, package)?;
    // The types of what the entries are made of lie one level deeper.
    fs::create_dir_all(package.join("state"))?;
    copy_files(&dist.join("state"), &package.join("state"))?;
    fs::copy(facade.join("README.md"), package.join("README.md"))?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(workspace.root.join(name), package.join(name))?;
    }
    Ok(())
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for file in files_in(from)? {
        if let Some(name) = file.file_name() {
            fs::copy(&file, to.join(name))?;
        }
    }
    Ok(())
}

/// The files directly in a directory, sorted, without hidden ones.
fn files_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    let shown = entries
        .iter()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    let mut files: Vec<PathBuf> = shown.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// The files in a directory and in those below it.
fn files_below(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = files_in(directory)?;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        }
    }
    files.sort();
    Ok(files)
}

fn empty(directory: &Path) -> Result {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).map_err(|e| format!("cannot create {}: {e}", directory.display()))
}

/// What a step's result depends on, as a hash.
fn stamp_of(inputs: &[PathBuf], options: &[&str]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    options.hash(&mut hasher);
    for path in inputs {
        path.file_name().hash(&mut hasher);
        fs::read(path)
            .map_err(|e| format!("cannot read {}: {e}", path.display()))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The stamp lies in the step's output and is written last, so it vouches for all of it.
fn is_stamped(directory: &Path, stamp: &str) -> bool {
    fs::read_to_string(directory.join(".stamp")).is_ok_and(|found| found == stamp)
}

fn write_stamp(directory: &Path, stamp: &str) -> Result {
    fs::write(directory.join(".stamp"), stamp).map_err(|e| format!("cannot write into {}: {e}", directory.display()))
}
