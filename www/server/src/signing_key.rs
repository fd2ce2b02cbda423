//! The secret that all processes on one data directory sign with.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tempfile::NamedTempFile;

const LENGTH: usize = 32;

/// 32 random bytes. Has no `Debug`, so that it can't end up in a log.
pub(crate) struct SigningKey([u8; LENGTH]);

/// Reads the key from the file, or makes the file, readable by its owner alone.
pub(crate) fn load(path: &Path) -> io::Result<SigningKey> {
    match read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create(path)?;
            read(path)
        }
        result => result,
    }
}

impl SigningKey {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// HMAC-SHA256 over the parts, each behind its length, so that no two lists of parts look alike. The JWTs are
    /// signed with the same key: `purpose` starts with a byte that no JWT does.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> io::Result<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(io::Error::other)?;
        mac.update(&[0]);
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }
}

fn read(path: &Path) -> io::Result<SigningKey> {
    let key = <[u8; LENGTH]>::try_from(fs::read(path)?).map_err(|_| {
        io::Error::new(
            ErrorKind::InvalidData,
            "it isn't 32 bytes long; delete it to get a new one",
        )
    })?;
    Ok(SigningKey(key))
}

/// Another process may be making it at the same moment: the file appears whole, and the first one stays.
fn create(path: &Path) -> io::Result<()> {
    let mut key = [0; LENGTH];
    getrandom::fill(&mut key)?;
    let directory = path.parent().ok_or(ErrorKind::InvalidInput)?;
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(&key)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}
