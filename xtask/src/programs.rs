//! Programs from outside: looked for, never in silence replaced by others.

use std::env;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::run::{output_of, program};

/// Where a program may be: what the variable names and nothing else, or on the PATH, or in a known place.
pub(crate) struct Wanted {
    pub(crate) variable: &'static str,
    pub(crate) names: &'static [&'static str],
    pub(crate) places: &'static [&'static str],
}

pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) major: u32,
}

impl Wanted {
    /// What somebody has chosen is never replaced by something else in silence.
    pub(crate) fn check_variable(&self) -> Result {
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
    pub(crate) fn programs(&self) -> impl Iterator<Item = Program> {
        let candidates = match env::var_os(self.variable) {
            Some(path) => vec![PathBuf::from(path)],
            None => self.candidates(),
        };
        candidates.into_iter().filter(|path| path.is_file()).filter_map(|path| {
            let major = major_version(&output_of(program(&path, Path::new(".")).arg("--version")).ok()?)?;
            Some(Program { path, major })
        })
    }

    /// The first that is there and runs.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        self.programs().next().map(|program| program.path)
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
        assert_eq!(major_version("Mozilla Firefox 153.7.0esr\n"), Some(153));
        assert_eq!(major_version("command not found"), None);
    }
}
