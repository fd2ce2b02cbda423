//! nginx, which tests put in front of a server.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{program, run, succeeds};
use crate::workspace::Workspace;
use crate::{Result, apt};

const INSTALL: &str =
    "nginx is needed: install it (Debian: `apt-get install nginx`, macOS: `brew install nginx`), or name it in NGINX";

/// The binary, and the configuration that came with it.
pub(crate) struct Nginx {
    binary: PathBuf,
    configuration: PathBuf,
}

impl Nginx {
    /// Finds it, or fetches Debian's package into this work tree. It isn't installed: that would start a server on port 80.
    pub(crate) fn find_or_fetch(workspace: &Workspace) -> Result<Self> {
        if let Some(named) = env::var_os("NGINX") {
            let named = PathBuf::from(named);
            let found = Self::at(&named);
            return found.ok_or_else(|| format!("NGINX names `{}`, which cannot be run", named.display()));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let directories = env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
        if let Some(found) = directories
            .filter_map(|directory| Self::at(&directory.join("nginx")))
            .next()
        {
            return Ok(found);
        }
        let fetched = workspace.tools().join("nginx");
        let binary = fetched.join("usr/sbin/nginx");
        if Self::at(&binary).is_none() {
            fetch(&fetched).map_err(|error| format!("{INSTALL} ({error})"))?;
        }
        Self::at(&binary).ok_or_else(|| INSTALL.to_owned())
    }

    /// Says to a program where it is.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("HOLDALL_NGINX", &self.binary)
            .env("HOLDALL_NGINX_CONF", &self.configuration)
    }

    fn at(binary: &Path) -> Option<Self> {
        let runs = binary.is_file() && succeeds(program(binary, Path::new(".")).arg("-v"));
        let own = binary.ancestors().nth(3)?.join("etc/nginx");
        let places = [
            own,
            "/etc/nginx".into(),
            "/usr/local/etc/nginx".into(),
            "/opt/homebrew/etc/nginx".into(),
        ];
        let configuration = places.into_iter().find(|place| place.join("nginx.conf").is_file())?;
        runs.then(|| Self {
            binary: binary.to_owned(),
            configuration,
        })
    }
}

/// Unpacks Debian's packages. For that nobody needs to be root.
fn fetch(directory: &Path) -> Result {
    println!("fetching nginx with apt-get");
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).map_err(|e| format!("cannot create {}: {e}", directory.display()))?;
    let arguments = ["--quiet", "--quiet", "download", "nginx", "nginx-common"];
    let download = || run(program("apt-get", directory).args(arguments));
    if download().is_err() {
        // Fresh machines don't know yet what there is.
        apt::update();
        download()?;
    }
    let files = fs::read_dir(directory).map_err(|e| format!("cannot list {}: {e}", directory.display()))?;
    let packages: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    for package in packages {
        run(program("dpkg-deb", directory)
            .arg("--extract")
            .arg(package)
            .arg(directory))?;
    }
    Ok(())
}
