//! Writes that the browser accepts, and drops when it finds that another tab has taken the room.
//!
//! Chromium alone does that. Each tab counts by its own copy of the storage, and only the one process that keeps it knows
//! better. That one allows for 100 KB more than there is room, so it takes a large write to see it.

use std::time::Duration;

use holdall_e2e::{Browser, Pages};
use tokio::time::sleep;

use super::worker::{Work, Worker, agreement, fill_storage, is_complete, start};

/// Characters; there is room for some of these, until another tab takes it.
const LARGE: usize = 120_000;
const SPARE: u32 = 800_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_browser_accepts_and_then_drops_is_not_lost() {
    let (browser, pages, [one, two]) = two_tabs().await;
    two.lose_room_before_writing(LARGE).await;
    two.put_large(LARGE).await;
    two.has_lost_a_write().await;
    one.make_room().await;

    let fresh = Worker::open(&browser, &pages, "fresh").await;
    assert_eq!(agreement(&[&one, &two, &fresh]).await.large(), LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_the_browser_accepts_and_then_drops_costs_no_record() {
    let (browser, pages, [one, two]) = two_tabs().await;
    // Nobody lives who could write the line again.
    let author = Worker::open(&browser, &pages, "author").await;
    author.put_large(LARGE).await;
    assert_eq!(agreement(&[&two, &author]).await.large(), LARGE);
    author.crash().await;

    two.lose_room_before_writing(LARGE).await;
    let workers = [two];
    let work = Work {
        kind: "puts",
        changes: 200,
        per_second: 200,
    };
    start(&workers, &work).await;
    let [two] = workers;
    two.has_lost_a_write().await;
    // Longer than the library waits before it removes what a snapshot contains.
    sleep(Duration::from_secs(12)).await;

    let fresh = Worker::open(&browser, &pages, "fresh").await;
    assert_eq!(fresh.state().await.large(), LARGE);
    one.make_room().await;
    let state = agreement(&[&one, &two, &fresh]).await;
    is_complete(&state, &[&two.progress().await.expected.unwrap()]);
}

async fn two_tabs() -> (Browser, Pages, [Worker; 2]) {
    let pages = Pages::start().await;
    let browser = Browser::start().await;
    let workers = [
        Worker::open(&browser, &pages, "one").await,
        Worker::open(&browser, &pages, "two").await,
    ];
    fill_storage(&workers, SPARE).await;
    (browser, pages, workers)
}
