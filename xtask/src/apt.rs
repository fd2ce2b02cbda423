//! Debian's packages.

use std::path::Path;

use nix::unistd::Uid;

use crate::run::{Watched, program, succeeds, watch};

/// Whether apt could be run as root without asking, and has installed them.
pub(crate) fn install(packages: &[&str]) -> bool {
    let Some(prefix) = as_root() else { return false };
    println!("installing {} with apt-get", packages.join(", "));
    // An update that fails for one of several sources may still be good enough.
    apt(prefix, &["update"]);
    match apt(prefix, &[&["install", "--no-install-recommends"], packages].concat()) {
        Some(Watched { success: true, .. }) => true,
        Some(Watched { text, .. }) => {
            print!("{text}");
            false
        }
        None => false,
    }
}

/// Has apt look for what there is, if it can be run as root without asking.
pub(crate) fn update() {
    if let Some(prefix) = as_root() {
        apt(prefix, &["update"]);
    }
}

/// What goes before a command that root is to run; `None`: there is no apt, or no way without asking.
fn as_root() -> Option<&'static [&'static str]> {
    let directory = Path::new("/");
    if !succeeds(program("apt-get", directory).arg("--version")) {
        return None;
    }
    if Uid::effective().is_root() {
        return Some(&[]);
    }
    succeeds(program("sudo", directory).args(["-n", "true"])).then_some(&["sudo", "-n"])
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Option<Watched> {
    let command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"];
    let words = [prefix, &command, arguments].concat();
    let (name, rest) = words.split_first()?;
    watch(program(name, Path::new("/")).args(rest), |_| false).ok()
}
