//! What the package's default entry costs to load.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Result;
use crate::run::{output_of, program};

/// The most that the default entry may have, in bytes of brotli: little more than it has. Lower it with every saving.
///
/// The same source gives some hundred bytes more or less in another folder: names that the compiler makes decide the order of functions.
const CEILING: usize = 111_000;

/// What it is to come to.
const AIM: usize = 45_000;

/// Node has the compressors that web servers use; two crates for it would cost more than this.
const MEASURE: &str = r#"
const fs = require("node:fs"), zlib = require("node:zlib");
for (const path of process.argv.slice(1)) {
  const raw = fs.readFileSync(path);
  const brotli = zlib.brotliCompressSync(raw, { params: {
    [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: raw.length } });
  console.log(raw.length, zlib.gzipSync(raw, { level: 9 }).length, brotli.length);
}"#;

/// Prints the sizes of what `index.js` loads; an error if that is beyond the ceiling.
pub(crate) fn check(package: &Path) -> Result {
    let mut files: Vec<String> = modules(package)?.into_iter().collect();
    files.push("holdall_bg.wasm".into());
    let sizes = measure(package, &files)?;

    println!(
        "{:<20} {:>9} {:>9} {:>9}",
        "loaded by index.js", "raw", "gzip", "brotli"
    );
    let mut total = [0; 3];
    for (file, size) in files.iter().zip(&sizes) {
        print_row(file, size);
        for (sum, part) in total.iter_mut().zip(size) {
            *sum += part;
        }
    }
    print_row("in all", &total);
    let [_, _, brotli] = total;
    if brotli > CEILING {
        return Err(format!(
            "the default entry has {brotli} bytes of brotli, {} more than it may",
            brotli - CEILING
        ));
    }
    if brotli > AIM {
        println!(
            "below the ceiling of {CEILING} bytes of brotli, {} above the aim of {AIM}",
            brotli - AIM
        );
    }
    Ok(())
}

/// Prints the sizes of everything in the package.
pub(crate) fn print(package: &Path, title: &str) -> Result {
    let entries = fs::read_dir(package).map_err(|e| format!("cannot list {}: {e}", package.display()))?;
    let files = entries.filter_map(|entry| entry.ok().filter(|entry| entry.path().is_file()));
    let mut names: Vec<String> = files
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    println!("{title:<20} {:>9} {:>9} {:>9}", "raw", "gzip", "brotli");
    let (types, code): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.ends_with(".d.ts"));
    for (name, size) in code.iter().zip(measure(package, &code)?) {
        print_row(name, &size);
    }
    let sum = measure(package, &types)?.into_iter().reduce(|sum, size| {
        let mut both = sum.iter().zip(size).map(|(a, b)| a + b);
        std::array::from_fn(|_| both.next().unwrap_or_default())
    });
    print_row("*.d.ts", &sum.unwrap_or_default());
    Ok(())
}

fn print_row(name: &str, [raw, gzip, brotli]: &[usize; 3]) {
    println!("{name:<20} {raw:>9} {gzip:>9} {brotli:>9}");
}

/// The modules that `index.js` loads, itself among them.
fn modules(package: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open = vec!["index.js".to_owned()];
    while let Some(name) = open.pop() {
        if found.contains(&name) {
            continue;
        }
        let path = package.join(&name);
        let source = fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        open.extend(imports(&source));
        found.insert(name);
    }
    // Otherwise the sum would be of something else, and look fine.
    if found.contains("holdall.js") {
        Ok(found)
    } else {
        Err("index.js doesn't load holdall.js".into())
    }
}

/// The modules beside it that a module's static `import … from "./x.js"` and `export … from "./x.js"` name.
fn imports(source: &str) -> Vec<String> {
    let statements = source.split(';').filter_map(|statement| {
        let (before, rest) = statement.rsplit_once("\"./")?;
        let before = before.trim_end();
        (before.ends_with("from") || before.ends_with("import")).then_some(rest)
    });
    statements
        .filter_map(|rest| rest.strip_suffix('"'))
        .map(str::to_owned)
        .collect()
}

fn measure(package: &Path, files: &[String]) -> Result<Vec<[usize; 3]>> {
    let printed = output_of(program("node", package).args(["-e", MEASURE, "--"]).args(files))?;
    let sizes: Option<Vec<_>> = printed.lines().map(sizes_of).collect();
    match sizes {
        Some(sizes) if sizes.len() == files.len() => Ok(sizes),
        _ => Err(format!("node measured something else: {printed}")),
    }
}

fn sizes_of(line: &str) -> Option<[usize; 3]> {
    let numbers: Vec<usize> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_imports_are_found() {
        let source = "import init, { Client } from \"./holdall.js\";\nexport * from \"./kinds.js\";\n\
            import \"./effect.js\";\nimport fs from \"node:fs\";\nconst text = \"./no.js\";\nawait import(\"./lazy.js\");\n";
        assert_eq!(imports(source), ["holdall.js", "kinds.js", "effect.js"]);
        assert_eq!(
            imports("import a,{Client as b}from\"./holdall.js\";var c=1;export{c}"),
            ["holdall.js"]
        );
    }

    #[test]
    fn a_line_of_sizes_has_three_numbers() {
        assert_eq!(sizes_of("300 200 100"), Some([300, 200, 100]));
        assert_eq!(sizes_of("300 200"), None);
        assert_eq!(sizes_of("300 x 100"), None);
    }
}
