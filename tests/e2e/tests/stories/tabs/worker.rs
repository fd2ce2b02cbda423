//! A tab with the page `worker.html`.

use std::collections::BTreeMap;
use std::time::Duration;

use holdall_e2e::{Browser, Engine, Pages, Tab, until, within};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

/// Nobody has to wait this long. A busy machine may.
const LONG: Duration = Duration::from_secs(60);

/// A tab that works.
pub(crate) struct Worker {
    pub(crate) name: String,
    tab: Tab,
    engine: Engine,
}

/// What it is to do.
pub(crate) struct Work {
    pub(crate) kind: &'static str,
    pub(crate) changes: u32,
    pub(crate) per_second: u32,
}

/// What it has done.
#[derive(Debug, Deserialize)]
pub(crate) struct Progress {
    pub(crate) done: u32,
    pub(crate) expected: Option<Expected>,
    pub(crate) stored: Stored,
}

/// What must come of what a tab has done.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    /// How much it has added to each counter.
    pub(crate) added: BTreeMap<String, u64>,
    /// What it has put last under keys of its own; null where it has removed that.
    pub(crate) lines: BTreeMap<String, Value>,
    /// Whether members of its own are in the set.
    pub(crate) members: BTreeMap<String, bool>,
}

/// What its library has done to the storage.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    pub(crate) snapshots: u32,
    /// Records that it has removed, which only compacting does.
    pub(crate) removed: u32,
    /// Writes that the browser has refused at once.
    pub(crate) refused: u32,
}

/// What a tab sees, in the order in which it sees it.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct State {
    counts: Vec<(String, Count)>,
    lines: Vec<(String, Value)>,
    members: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Count {
    n: u64,
}

impl State {
    pub(crate) fn count(&self, counter: &str) -> u64 {
        let found = self.counts.iter().find(|(name, _)| name == counter);
        found.map_or(0, |(_, count)| count.n)
    }

    pub(crate) fn line(&self, key: &str) -> Option<&Value> {
        self.lines.iter().find(|(name, _)| name == key).map(|(_, line)| line)
    }

    pub(crate) fn lines_of(&self, prefix: &str) -> impl Iterator<Item = &str> {
        let keys = self.lines.iter().map(|(key, _)| key);
        keys.filter_map(move |key| key.strip_prefix(prefix))
    }

    /// How many characters the line `large` has; 0 if it isn't there.
    pub(crate) fn large(&self) -> usize {
        let text = self.line("large").and_then(|line| line["text"].as_str());
        text.map_or(0, |text| text.chars().count())
    }

    pub(crate) fn has_member(&self, member: &str) -> bool {
        self.members.iter().any(|other| other == member)
    }
}

impl Worker {
    /// Opens one in a new tab.
    pub(crate) async fn open(browser: &Browser, pages: &Pages, name: &str) -> Self {
        Self::open_with(browser, pages, name, "").await
    }

    /// As [`Worker::open`], for one whose library waits ten times shorter before it compacts, and so does it often.
    pub(crate) async fn open_hasty(browser: &Browser, pages: &Pages, name: &str) -> Self {
        Self::open_with(browser, pages, name, "&hasty=10").await
    }

    /// As [`Worker::open`], for one whose page is never idle, so that its library doesn't compact.
    pub(crate) async fn open_busy(browser: &Browser, pages: &Pages, name: &str) -> Self {
        Self::open_with(browser, pages, name, "&busy=1").await
    }

    async fn open_with(browser: &Browser, pages: &Pages, name: &str, options: &str) -> Self {
        let tab = browser.new_tab().await;
        // An address of its own.
        tab.open(&pages.url(&format!("worker.html?name={name}{options}"))).await;
        let worker = Self {
            name: name.into(),
            tab,
            engine: browser.engine(),
        };
        let open = within(LONG, async || {
            (worker.tab.run("return 'worker' in window").await == true).then_some(())
        });
        open.await.expect("the page opens its client");
        worker
    }

    /// Begins to work at that moment, in milliseconds since 1970.
    async fn start(&self, work: &Work, from: u64) {
        let input = json!({
            "tab": self.name,
            "kind": work.kind,
            "from": from,
            "changes": work.changes,
            "perSecond": work.per_second,
            "sureAfterTask": self.engine == Engine::Firefox,
        });
        self.tab.run_with("worker.start(input)", input).await;
    }

    pub(crate) async fn progress(&self) -> Progress {
        serde_json::from_value(self.tab.run("return worker.progress()").await).expect("its progress")
    }

    /// Waits until it has done that much.
    pub(crate) async fn has_done(&self, changes: u32) -> Progress {
        let done = within(LONG, async || {
            sleep(Duration::from_millis(250)).await;
            Some(self.progress().await).filter(|progress| progress.done >= changes)
        });
        match done.await {
            Some(progress) => progress,
            None => panic!("{} works too long: {:#?}", self.name, self.progress().await),
        }
    }

    pub(crate) async fn state(&self) -> State {
        serde_json::from_value(self.tab.run("return worker.state()").await).expect("its state")
    }

    /// How many of each tab's changes it has heard to be acknowledged.
    pub(crate) async fn heard(&self) -> BTreeMap<String, u32> {
        serde_json::from_value(self.tab.run("return worker.heard").await).expect("what it has heard")
    }

    /// How many records are stored.
    pub(crate) async fn stored_records(&self) -> u64 {
        let script = "return Object.keys(localStorage).filter((key) => key.includes('/r/')).length";
        self.tab.run(script).await.as_u64().expect("a number")
    }

    /// Takes out what filled it.
    pub(crate) async fn make_room(&self) {
        self.tab.run("worker.makeRoom()").await;
    }

    /// Puts a line `large` with that many characters.
    pub(crate) async fn put_large(&self, size: usize) {
        self.tab.run_with("worker.putLarge(input)", json!(size)).await;
    }

    /// Has the browser accept the next write of at least that many characters although there is no room for it.
    pub(crate) async fn lose_room_before_writing(&self, size: usize) {
        self.tab
            .run_with("worker.loseRoomBeforeWriting(input)", json!(size))
            .await;
    }

    /// Waits until the browser has dropped what it had accepted.
    pub(crate) async fn has_lost_a_write(&self) {
        let dropped = within(LONG, async || {
            sleep(Duration::from_millis(250)).await;
            (self.tab.run("return worker.isDropped()").await == true).then_some(())
        });
        assert!(
            dropped.await.is_some(),
            "{} has lost nothing: {:?}",
            self.name,
            self.progress().await.stored
        );
    }

    /// Waits until the library has removed records that something else contains.
    pub(crate) async fn has_removed_records(&self) {
        let removed = within(LONG, async || {
            sleep(Duration::from_millis(100)).await;
            (self.progress().await.stored.removed > 0).then_some(())
        });
        assert!(removed.await.is_some(), "{} has removed nothing", self.name);
    }

    pub(crate) async fn crash(self) {
        self.tab.crash().await;
    }
}

/// Has all of them begin at the same moment.
pub(crate) async fn start(workers: &[Worker], work: &Work) {
    let now = workers[0].tab.run("return Date.now()").await.as_u64().expect("a time");
    // By then all know.
    let from = now + 100 * workers.len() as u64;
    for worker in workers {
        worker.start(work, from).await;
    }
}

/// Fills the storage that they share up to that many characters.
pub(crate) async fn fill_storage(workers: &[Worker], spare: u32) {
    let (first, others) = workers.split_first().expect("somebody");
    let script = "return localStorage.getItem('tabs/reserve') !== null";
    let reserved = until(async || (first.tab.run(script).await == true).then_some(()));
    reserved.await.expect("the library reserves some room first");
    let filled = first
        .tab
        .run_with("worker.fill(input); return worker.filled()", json!(spare))
        .await;
    for other in others {
        // For a moment it was fuller.
        let seen = until(async || (other.tab.run("return worker.filled()").await == filled).then_some(()));
        seen.await.expect("it is told to the others");
    }
}

/// Waits until all see the same; what that is.
///
/// # Panics
/// If they don't, with the first two that differ.
pub(crate) async fn agreement(workers: &[&Worker]) -> State {
    let (first, others) = workers.split_first().expect("somebody");
    let mut different = String::new();
    let agreed = within(Duration::from_secs(20), async || {
        let state = first.state().await;
        for other in others {
            let seen = other.state().await;
            if seen != state {
                different = format!("{} sees {state:?},\n{} sees {seen:?}", first.name, other.name);
                sleep(Duration::from_millis(250)).await;
                return None;
            }
        }
        Some(state)
    });
    match agreed.await {
        Some(state) => state,
        None => panic!("they don't agree: {different}"),
    }
}

/// Checks that nothing is missing of what the tabs have done, and nothing is there twice.
pub(crate) fn is_complete(state: &State, expected: &[&Expected]) {
    let mut added: BTreeMap<&str, u64> = BTreeMap::new();
    for (counter, by) in expected.iter().flat_map(|expected| &expected.added) {
        *added.entry(counter).or_default() += by;
    }
    assert_eq!(added.get("left"), added.get("right"));
    for (counter, sum) in added {
        assert_eq!(state.count(counter), sum, "{counter} in {state:?}");
    }
    for (key, line) in expected.iter().flat_map(|expected| &expected.lines) {
        assert_eq!(state.line(key).unwrap_or(&Value::Null), line, "{key} in {state:?}");
    }
    for (member, is_there) in expected.iter().flat_map(|expected| &expected.members) {
        assert_eq!(state.has_member(member), *is_there, "{member} in {state:?}");
    }
}
