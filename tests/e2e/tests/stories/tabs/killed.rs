//! Tabs that are ended in the middle of their work.

use std::time::Duration;

use holdall_e2e::{Browser, Engine, Pages, within};
use tokio::time::sleep;

use super::worker::{State, Work, Worker, agreement, start};

/// More than any of them gets done before it is ended.
const WORK: Work = Work {
    kind: "numbered",
    changes: 10_000,
    per_second: 150,
};

/// How many lines `numbered.js` keeps.
const LINES: u64 = 10;

/// So much at least each of them has done by then.
const ACKNOWLEDGED: u32 = 100;

const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_is_killed_loses_nothing_acknowledged_in_chromium() {
    a_tab_that_is_killed_loses_nothing_acknowledged(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_is_killed_loses_nothing_acknowledged_in_firefox() {
    a_tab_that_is_killed_loses_nothing_acknowledged(Engine::Firefox).await;
}

async fn a_tab_that_is_killed_loses_nothing_acknowledged(engine: Engine) {
    let pages = Pages::start().await;
    let browser = Browser::start_in(engine).await;
    let witness = Worker::open(&browser, &pages, "witness").await;
    let mut victims = Vec::new();
    for name in ["one", "two", "three"] {
        victims.push(Worker::open_hasty(&browser, &pages, name).await);
    }
    start(&victims, &WORK).await;
    let [one, two, three] = <[Worker; 3]>::try_from(victims).ok().expect("three");

    // At some moment; then as soon as somebody compacts; then as soon as what was compacted goes.
    sleep(Duration::from_millis(1_234)).await;
    let working = within(SOON, async || {
        let heard = witness.heard().await;
        heard.get("one").is_some_and(|done| *done > ACKNOWLEDGED).then_some(())
    });
    working.await.expect("the first works");
    one.crash().await;
    let compacting = within(SOON, async || {
        let stored = two.progress().await.stored;
        (stored.snapshots > 0).then_some(())
    });
    compacting.await.expect("the second compacts");
    two.crash().await;
    let removing = within(SOON, async || {
        let stored = three.progress().await.stored;
        (stored.removed > 0).then_some(())
    });
    removing.await.expect("the third removes what it has compacted");
    three.crash().await;

    // Those who lived on, or come later, see all that was acknowledged, and nothing but whole changes.
    let heard = witness.heard().await;
    let fresh = Worker::open(&browser, &pages, "fresh").await;
    let state = agreement(&[&witness, &fresh]).await;
    let mut sum = 0;
    for name in ["one", "two", "three"] {
        let acknowledged = heard[name].into();
        assert!(
            acknowledged > u64::from(ACKNOWLEDGED),
            "{name} was in the middle of its work: {acknowledged}"
        );
        sum += is_whole(&state, name, acknowledged);
    }
    assert_eq!(state.count("all"), sum);
}

/// Checks that the state is the one after some change of the tab, and after no earlier one than was acknowledged; which.
fn is_whole(state: &State, name: &str, acknowledged: u64) -> u64 {
    let count = state.count(name);
    assert!(
        count >= acknowledged,
        "{name} has lost some of {acknowledged}: {count} are left"
    );
    let lines: Vec<u64> = state
        .lines_of(&format!("{name}-"))
        .map(|number| number.parse().expect("a number"))
        .collect();
    let expected: Vec<u64> = (count + 1 - LINES..=count).collect();
    assert_eq!(lines, expected, "of {count} changes of {name}");
    count
}
