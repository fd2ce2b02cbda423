//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::run::{cargo, output_of};

/// The directories of the work tree and of what is built from it.
pub(crate) struct Workspace {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Cargo's target directory, wherever it was moved to.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let metadata = output_of(cargo(Path::new(".")).args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: serde_json::Value =
            serde_json::from_str(&metadata).map_err(|e| format!("cargo metadata: {e}"))?;
        let path = |key: &str| match metadata.get(key).and_then(|value| value.as_str()) {
            Some(path) => Ok(PathBuf::from(path)),
            None => Err(format!("cargo metadata has no {key}")),
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// Tools that were built or linked for this work tree alone.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The facade: TypeScript and the npm package's metadata.
    pub(crate) fn facade(&self) -> PathBuf {
        self.root.join("pkg-template")
    }

    /// The OpenID provider of the end-to-end tests.
    pub(crate) fn provider(&self) -> PathBuf {
        self.root.join("tests/e2e/provider")
    }

    /// The libraries that the benchmarks set beside ours.
    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("benches/peers")
    }

    /// The npm package as it is published.
    pub(crate) fn package(&self) -> PathBuf {
        self.target.join("npm/holdall")
    }

    /// The demo's page.
    pub(crate) fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// The demo's backend, once it is built.
    pub(crate) fn server(&self) -> PathBuf {
        self.target
            .join("debug/holdall-demo")
            .with_extension(env::consts::EXE_EXTENSION)
    }
}
