//! What each contender has stored before it is measured.

use serde_json::{Value, json};

use crate::harness::{Page, progress};

/// Has each of them fill a cart of each size, and keeps what it has stored.
pub(crate) async fn make(page: &Page, contenders: &[&str], sizes: &[usize]) {
    let bar = progress("seeds", contenders.len() * sizes.len());
    for contender in contenders {
        for size in sizes {
            page.load("storage").await;
            page.call_long::<Value>("seed", json!([contender, size])).await;
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
}

/// Puts that back, and nothing else.
pub(crate) async fn restore(page: &Page, contender: &str, size: usize) {
    page.load("storage").await;
    page.call::<Value>("restore", json!([contender, size])).await;
}
