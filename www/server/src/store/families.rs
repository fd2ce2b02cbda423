//! The families of refresh tokens: one family from a sign-in to its sign-out, one token after the other.

use rusqlite::{OptionalExtension, Transaction};

use super::StoreError;
use super::users::User;
use crate::clock::Millis;

/// What is stored instead of a token.
pub(crate) type TokenHash = [u8; 32];

pub(crate) struct Family {
    pub(crate) id: String,
    /// The number of the token that is valid now.
    pub(crate) generation: i64,
    pub(crate) rotated_at: Millis,
    pub(crate) expires_at: Millis,
    /// The user's token version at the sign-in.
    pub(crate) token_version: i64,
}

/// A token that was issued once.
pub(crate) struct Known {
    pub(crate) family: Family,
    /// The number of this token in its family.
    pub(crate) generation: i64,
    pub(crate) user: User,
}

pub(crate) fn add(tx: &Transaction<'_>, family: &Family, user: &User, token: &TokenHash) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO families (id, user_id, token_version, generation, rotated_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            &family.id,
            &user.id,
            family.token_version,
            family.generation,
            family.rotated_at,
            family.expires_at,
        ),
    )?;
    add_token(tx, &family.id, family.generation, token)
}

pub(crate) fn find(tx: &Transaction<'_>, token: &TokenHash) -> Result<Option<Known>, StoreError> {
    let sql = "SELECT f.id, f.generation, f.rotated_at, f.expires_at, f.token_version,
                      t.generation, u.id, u.name, u.token_version
               FROM refresh_tokens t JOIN families f ON f.id = t.family_id JOIN users u ON u.id = f.user_id
               WHERE t.hash = ?1";
    let known = tx.query_row(sql, [token], |row| {
        Ok(Known {
            family: Family {
                id: row.get(0)?,
                generation: row.get(1)?,
                rotated_at: row.get(2)?,
                expires_at: row.get(3)?,
                token_version: row.get(4)?,
            },
            generation: row.get(5)?,
            user: User {
                id: row.get(6)?,
                name: row.get(7)?,
                token_version: row.get(8)?,
            },
        })
    });
    Ok(known.optional()?)
}

/// Makes `token` the valid one of the family.
pub(crate) fn advance(
    tx: &Transaction<'_>,
    family: &str,
    generation: i64,
    token: &TokenHash,
    now: Millis,
) -> Result<(), StoreError> {
    let sql = "UPDATE families SET generation = ?2, rotated_at = ?3 WHERE id = ?1";
    tx.execute(sql, (family, generation, now))?;
    add_token(tx, family, generation, token)
}

/// Refuses all tokens of the family from now on.
pub(crate) fn revoke(tx: &Transaction<'_>, family: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM families WHERE id = ?1", [family])?;
    Ok(())
}

/// Forgets families whose time is over.
pub(crate) fn prune(tx: &Transaction<'_>, now: Millis) -> Result<(), StoreError> {
    tx.execute("DELETE FROM families WHERE expires_at <= ?1", [now])?;
    Ok(())
}

fn add_token(tx: &Transaction<'_>, family: &str, generation: i64, token: &TokenHash) -> Result<(), StoreError> {
    let sql = "INSERT INTO refresh_tokens (hash, family_id, generation) VALUES (?1, ?2, ?3)";
    tx.execute(sql, (token, family, generation))?;
    Ok(())
}
