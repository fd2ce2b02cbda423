//! Refresh tokens rotate: each is answered with the next, and an old one that comes back ends the family, because
//! then two parties hold its tokens. A lost answer is no theft: for a moment the preceding token is answered with the
//! same successor again. Only hashes are stored, so the successor is derived rather than remembered.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rusqlite::Transaction;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Millis;
use crate::signing_key::SigningKey;
use crate::store::StoreError;
use crate::store::counters::{self, Counter};
use crate::store::families::{self, Family, Known, TokenHash};
use crate::store::users::User;

/// How long the preceding token is still answered, in milliseconds.
const GRACE: Millis = 30_000;

/// How long a session lasts at most, in milliseconds: 30 days.
const LIFETIME: Millis = 30 * 24 * 60 * 60 * 1000;

/// A refresh token and what comes with it.
pub(super) struct Grant {
    pub(super) user: User,
    pub(super) token: String,
    /// How long the session may still last, in milliseconds.
    pub(super) max_age: Millis,
}

pub(super) enum Renewal {
    Granted(Grant),
    /// An old token came back: the family is revoked.
    Reused,
    /// Unknown, revoked or over.
    Refused,
}

/// Starts a family.
pub(super) fn start(tx: &Transaction<'_>, key: &SigningKey, user: User, now: Millis) -> Result<Grant, StoreError> {
    let family = Family {
        id: Uuid::new_v4().to_string(),
        generation: 0,
        rotated_at: now,
        expires_at: now.saturating_add(LIFETIME),
        token_version: user.token_version,
    };
    let token = token(key, &family.id, family.generation)?;
    families::prune(tx, now)?;
    families::add(tx, &family, &user, &hash(&token))?;
    Ok(Grant {
        user,
        token,
        max_age: LIFETIME,
    })
}

/// Answers a token with its successor.
pub(super) fn renew(
    tx: &Transaction<'_>,
    key: &SigningKey,
    presented: &str,
    now: Millis,
) -> Result<Renewal, StoreError> {
    let Some(Known {
        family,
        generation,
        user,
    }) = families::find(tx, &hash(presented))?
    else {
        return Ok(Renewal::Refused);
    };
    if family.expires_at <= now || family.token_version != user.token_version {
        return Ok(Renewal::Refused);
    }
    let current = generation == family.generation;
    let in_grace = generation == family.generation - 1 && now.saturating_sub(family.rotated_at) <= GRACE;
    if !current && !in_grace {
        families::revoke(tx, &family.id)?;
        counters::add_one(tx, Counter::Reuses)?;
        return Ok(Renewal::Reused);
    }
    let successor = token(key, &family.id, generation + 1)?;
    if current {
        families::advance(tx, &family.id, generation + 1, &hash(&successor), now)?;
    }
    counters::add_one(tx, Counter::Refreshes)?;
    Ok(Renewal::Granted(Grant {
        user,
        token: successor,
        max_age: family.expires_at.saturating_sub(now),
    }))
}

/// Ends the family of the token, whichever of its tokens it is.
pub(super) fn end(tx: &Transaction<'_>, presented: &str) -> Result<(), StoreError> {
    match families::find(tx, &hash(presented))? {
        Some(known) => families::revoke(tx, &known.family.id),
        None => Ok(()),
    }
}

fn token(key: &SigningKey, family: &str, generation: i64) -> Result<String, StoreError> {
    let bytes = key.derive("refresh token", &[family.as_bytes(), &generation.to_be_bytes()])?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The tokens are random to everybody else, so a fast hash is enough.
fn hash(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}
