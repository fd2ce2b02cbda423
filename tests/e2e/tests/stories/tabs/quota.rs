//! Tabs that work where there is hardly any room.

use std::time::Duration;

use holdall_e2e::{Browser, Engine, Pages};
use tokio::time::sleep;

use super::worker::{Expected, Work, Worker, agreement, fill_storage, is_complete, start};

/// Each writes several times what there is room for.
const WORK: Work = Work {
    kind: "mixed",
    changes: 1_000,
    per_second: 70,
};

/// What the storages still take, in characters: too little for the changes, or for what comes of compacting them.
const SPARE: [u32; 3] = [2 * 1024, 20 * 1024, 100 * 1024];

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_near_the_quota_lose_nothing_in_chromium() {
    two_tabs_near_the_quota_lose_nothing(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_near_the_quota_lose_nothing_in_firefox() {
    two_tabs_near_the_quota_lose_nothing(Engine::Firefox).await;
}

async fn two_tabs_near_the_quota_lose_nothing(engine: Engine) {
    let browser = Browser::start_in(engine).await;
    let mut shops = Vec::new();
    for spare in SPARE {
        shops.push(Shop::open(&browser, spare).await);
    }
    for shop in &shops {
        start(&shop.workers, &WORK).await;
    }
    for shop in &mut shops {
        shop.has_done().await;
    }
    // Until those who compact have removed what they could.
    sleep(Duration::from_secs(12)).await;
    for shop in &shops {
        shop.is_complete(&browser).await;
    }
}

/// An origin, and so a storage, of its own; with two tabs.
struct Shop {
    pages: Pages,
    spare: u32,
    workers: [Worker; 2],
    expected: Vec<Expected>,
}

impl Shop {
    async fn open(browser: &Browser, spare: u32) -> Self {
        let pages = Pages::start().await;
        let workers = [
            Worker::open(browser, &pages, "one").await,
            Worker::open(browser, &pages, "two").await,
        ];
        fill_storage(&workers, spare).await;
        Self {
            pages,
            spare,
            workers,
            expected: Vec::new(),
        }
    }

    async fn has_done(&mut self) {
        for worker in &self.workers {
            let progress = worker.has_done(WORK.changes).await;
            assert!(
                progress.stored.refused > 0,
                "there was room for all: {:?}",
                progress.stored
            );
            self.expected.extend(progress.expected);
        }
    }

    async fn is_complete(&self, browser: &Browser) {
        let [one, two] = &self.workers;
        let (by_one, by_two) = (one.progress().await.stored, two.progress().await.stored);
        assert!(
            by_one.removed + by_two.removed > 0,
            "with {} characters nobody has compacted: {by_one:?}, {by_two:?}",
            self.spare
        );
        one.make_room().await;
        let expected: Vec<&Expected> = self.expected.iter().collect();
        is_complete(&agreement(&[one, two]).await, &expected);
        let fresh = Worker::open(browser, &self.pages, "fresh").await;
        is_complete(&agreement(&[one, two, &fresh]).await, &expected);
    }
}
