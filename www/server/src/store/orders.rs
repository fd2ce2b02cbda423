//! The orders, and which idempotency key made which.

use rusqlite::{OptionalExtension, Row, Transaction};
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::clock::Millis;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) qty: u32,
    /// In cents, for one.
    pub(crate) price: u32,
}

pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) at: Millis,
    pub(crate) lines: Vec<Line>,
    /// In cents.
    pub(crate) total: u32,
}

/// A key that was used before.
pub(crate) struct Replay {
    /// What was asked for then.
    pub(crate) request_hash: [u8; 32],
    pub(crate) order: Order,
}

pub(crate) fn find_by_key(tx: &Transaction<'_>, user: &str, key: &str) -> Result<Option<Replay>, StoreError> {
    let sql = "SELECT o.id, o.at, o.lines, o.total, i.request_hash
               FROM idempotency i JOIN orders o ON o.id = i.order_id
               WHERE i.user_id = ?1 AND i.key = ?2";
    let found = tx
        .query_row(sql, [user, key], |row| Ok((Stored::from_row(row)?, row.get(4)?)))
        .optional()?;
    found
        .map(|(stored, request_hash)| {
            Ok(Replay {
                request_hash,
                order: stored.parse()?,
            })
        })
        .transpose()
}

/// Stores the order together with the key that it answers.
pub(crate) fn add(
    tx: &Transaction<'_>,
    user: &str,
    key: &str,
    request_hash: &[u8; 32],
    order: &Order,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO orders (id, user_id, at, lines, total) VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            &order.id,
            user,
            order.at,
            serde_json::to_string(&order.lines)?,
            order.total,
        ),
    )?;
    tx.execute(
        "INSERT INTO idempotency (user_id, key, request_hash, order_id) VALUES (?1, ?2, ?3, ?4)",
        (user, key, request_hash, &order.id),
    )?;
    Ok(())
}

/// The user's orders, newest first.
pub(crate) fn of_user(tx: &Transaction<'_>, user: &str) -> Result<Vec<Order>, StoreError> {
    let mut statement =
        tx.prepare("SELECT id, at, lines, total FROM orders WHERE user_id = ?1 ORDER BY number DESC")?;
    let stored = statement
        .query_map([user], Stored::from_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    stored.into_iter().map(Stored::parse).collect()
}

/// A row whose document isn't parsed yet.
struct Stored {
    id: String,
    at: Millis,
    lines: String,
    total: u32,
}

impl Stored {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            at: row.get(1)?,
            lines: row.get(2)?,
            total: row.get(3)?,
        })
    }

    fn parse(self) -> Result<Order, StoreError> {
        let lines = serde_json::from_str(&self.lines)?;
        Ok(Order {
            id: self.id,
            at: self.at,
            lines,
            total: self.total,
        })
    }
}
