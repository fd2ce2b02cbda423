//! Waiting for something to become true.

use std::time::Duration;

use tokio::time::{sleep, timeout};

/// How long anything may take that a person would call immediate; generous, because a machine may be busy.
pub const SOON: Duration = Duration::from_secs(10);

/// How often is looked.
const PERIOD: Duration = Duration::from_millis(25);

/// Looks until `look` finds something, but for no longer than [`SOON`].
pub async fn until<T>(look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    within(SOON, look).await
}

/// Looks until `look` finds something, but for no longer than that.
pub async fn within<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let found = timeout(limit, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            sleep(PERIOD).await;
        }
    });
    found.await.ok()
}
