//! Debian's packages.

use std::path::Path;

use nix::unistd::Uid;

use crate::run::{Watched, program, succeeds, watch};

/// Whether apt could be run as root without asking, and has installed them.
pub(crate) fn install(packages: &[&str]) -> bool {
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
    println!("installing {} with apt-get", packages.join(", "));
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
    match apt(&[&["install", "--no-install-recommends"], packages].concat()) {
        Some(Watched { success: true, .. }) => true,
        Some(Watched { text, .. }) => {
            print!("{text}");
            false
        }
        None => false,
    }
}
