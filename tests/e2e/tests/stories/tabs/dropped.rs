//! Writes that the browser accepts, and drops when it finds that another tab has taken the room.
//!
//! Chromium alone does that. Each tab counts by its own copy of the storage, and only the one process that keeps it knows
//! better. That one allows for 100 KB more than there is room, so it takes a large write to see it.

use holdall_e2e::{Browser, Pages};

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
    // Before there is anything so large: it compacts when it likes.
    two.lose_room_before_writing(LARGE).await;
    // Nobody lives who could write the line again.
    let author = Worker::open_busy(&browser, &pages, "author").await;
    author.put_large(LARGE).await;
    assert_eq!(agreement(&[&two, &author]).await.large(), LARGE);
    author.crash().await;

    let workers = [two];
    let work = Work {
        kind: "puts",
        changes: 200,
        per_second: 200,
    };
    start(&workers, &work).await;
    let [two] = workers;
    let expected = two.has_done(work.changes).await.expected.unwrap();
    two.has_lost_a_write().await;
    two.has_removed_records().await;
    // It lives no longer, or it could write again what the snapshot held.
    two.crash().await;

    one.make_room().await;
    let fresh = Worker::open(&browser, &pages, "fresh").await;
    assert_eq!(fresh.state().await.large(), LARGE);
    let state = agreement(&[&one, &fresh]).await;
    is_complete(&state, &[&expected]);
}

async fn two_tabs() -> (Browser, Pages, [Worker; 2]) {
    let pages = Pages::start().await;
    let browser = Browser::start().await;
    let workers = [
        // It takes the room, and leaves compacting to the other.
        Worker::open_busy(&browser, &pages, "one").await,
        Worker::open(&browser, &pages, "two").await,
    ];
    fill_storage(&workers, SPARE).await;
    (browser, pages, workers)
}
