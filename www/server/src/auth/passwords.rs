//! Passwords: Argon2id with 19 MiB, 2 passes and 1 lane, the crate's defaults and OWASP's recommendation.

use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};

pub(crate) struct Passwords {
    /// The hash of a password that nobody knows.
    decoy: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self {
            decoy: hash(uuid::Uuid::new_v4().as_bytes())?,
        })
    }

    pub(crate) fn hash(&self, password: &str) -> Result<String, Error> {
        hash(password.as_bytes())
    }

    /// Whether it is the hash's password. Without a hash the answer takes as long, so it doesn't tell who exists.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> bool {
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let job = move || {
            Argon2::default()
                .verify_password(password.as_bytes(), hash.as_str())
                .is_ok()
        };
        tokio::task::spawn_blocking(job).await.unwrap_or(false)
    }
}

fn hash(password: &[u8]) -> Result<String, Error> {
    let hash: PasswordHash = Argon2::default().hash_password(password)?;
    Ok(hash.to_string())
}
