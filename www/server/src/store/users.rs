//! Who may sign in.

use rusqlite::{OptionalExtension, Row, Transaction};

use super::StoreError;

#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Tokens of another version than this are refused.
    pub(crate) token_version: i64,
}

pub(crate) fn find(tx: &Transaction<'_>, id: &str) -> Result<Option<User>, StoreError> {
    let sql = "SELECT id, name, token_version FROM users WHERE id = ?1";
    Ok(tx.query_row(sql, [id], user).optional()?)
}

pub(crate) fn find_with_password(tx: &Transaction<'_>, id: &str) -> Result<Option<(User, String)>, StoreError> {
    let sql = "SELECT id, name, token_version, password_hash FROM users WHERE id = ?1";
    Ok(tx
        .query_row(sql, [id], |row| Ok((user(row)?, row.get(3)?)))
        .optional()?)
}

/// Adds the user, unless there is one of this id.
pub(crate) fn add(tx: &Transaction<'_>, id: &str, name: &str, password_hash: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO users (id, name, password_hash) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    tx.execute(sql, [id, name, password_hash])?;
    Ok(())
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        token_version: row.get(2)?,
    })
}
