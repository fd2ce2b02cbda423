//! Four tabs that work and compact at the same time.

use std::time::Duration;

use holdall_e2e::{Browser, Engine, Pages, within};
use tokio::time::sleep;

use super::worker::{Expected, Progress, Work, Worker, agreement, is_complete, start};

const WORK: Work = Work {
    kind: "mixed",
    changes: 2_000,
    per_second: 125,
};

/// Who comes to compact is chance as long as all do: they work on until each of them has, but no longer than so many times.
const TIMES: usize = 4;

/// How many records are left when nobody has anything to compact any more.
const FEW: u64 = 80;

#[tokio::test(flavor = "multi_thread")]
async fn four_tabs_at_once_lose_nothing_in_chromium() {
    four_tabs_at_once_lose_nothing(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_tabs_at_once_lose_nothing_in_firefox() {
    four_tabs_at_once_lose_nothing(Engine::Firefox).await;
}

async fn four_tabs_at_once_lose_nothing(engine: Engine) {
    let pages = Pages::start().await;
    let browser = Browser::start_in(engine).await;
    let mut workers = Vec::new();
    for name in ["a", "b", "c", "d"] {
        workers.push(Worker::open_hasty(&browser, &pages, name).await);
    }
    let mut done = Vec::new();
    for _ in 0..TIMES {
        start(&workers, &WORK).await;
        done = Vec::new();
        for worker in &workers {
            done.push(worker.has_done(WORK.changes).await);
        }
        if done.iter().all(|progress| progress.stored.removed > 0) {
            break;
        }
    }
    for (worker, Progress { stored, .. }) in workers.iter().zip(&done) {
        assert!(stored.removed > 0, "{} hasn't compacted: {stored:?}", worker.name);
    }
    let expected: Vec<&Expected> = done.iter().flat_map(|progress| &progress.expected).collect();
    let living: Vec<&Worker> = workers.iter().collect();
    is_complete(&agreement(&living).await, &expected);

    // Nobody does anything any more, and all compact what is there.
    let mut left = 0;
    let compacted = within(Duration::from_secs(40), async || {
        sleep(Duration::from_millis(500)).await;
        left = workers[0].stored_records().await;
        (left <= FEW).then_some(())
    });
    let compacted = compacted.await;
    assert!(compacted.is_some(), "{left} records aren't compacted");
    let fresh = Worker::open(&browser, &pages, "fresh").await;
    let state = agreement(&[&living[..], &[&fresh]].concat()).await;
    is_complete(&state, &expected);
}
