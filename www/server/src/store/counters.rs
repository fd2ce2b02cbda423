//! What is counted: in the database, so that counts survive restarts and hold for all processes together.

use rusqlite::Transaction;
use serde::Serialize;

use super::StoreError;

#[derive(Clone, Copy)]
pub(crate) enum Counter {
    SignIns,
    /// Answered renewals, those within the grace included.
    Refreshes,
    /// Families that were revoked because an old token came back.
    Reuses,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    sign_ins: i64,
    refreshes: i64,
    reuses: i64,
    orders: i64,
}

pub(crate) fn add_one(tx: &Transaction<'_>, counter: Counter) -> Result<(), StoreError> {
    let sql = "INSERT INTO counters (name, count) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET count = count + 1";
    tx.execute(sql, [counter.name()])?;
    Ok(())
}

pub(crate) fn all(tx: &Transaction<'_>) -> Result<Counts, StoreError> {
    Ok(Counts {
        sign_ins: count(tx, Counter::SignIns)?,
        refreshes: count(tx, Counter::Refreshes)?,
        reuses: count(tx, Counter::Reuses)?,
        orders: tx.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))?,
    })
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::SignIns => "sign-ins",
            Self::Refreshes => "refreshes",
            Self::Reuses => "reuses",
        }
    }
}

fn count(tx: &Transaction<'_>, counter: Counter) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(sum(count), 0) FROM counters WHERE name = ?1";
    Ok(tx.query_row(sql, [counter.name()], |row| row.get(0))?)
}
