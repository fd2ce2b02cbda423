//! One session in several tabs: who renews it, and what becomes of it when something goes wrong at the worst moment.

use std::time::Duration;

use holdall_e2e::{Authority, Browser, Tab, until, within};
use serde_json::{Value, json};
use tokio::time::sleep;

/// What a tab may have to wait for another that does nothing with the lock (15 s), and a busy machine.
const BOUNDED: Duration = Duration::from_secs(40);

/// Blocks a page's thread at its next refresh. It has to be there before the page, which takes its `fetch` at once.
const BLOCK: &str = r#"
const own = window.fetch;
const block = () => { for (const end = performance.now() + stuck.milliseconds; performance.now() < end; ); };
window.fetch = (input, init) => {
  if (!String(input).includes("/auth/refresh") || !window.stuck?.milliseconds) return own(input, init);
  if (!stuck.after) block();
  const answer = own(input, init);
  if (stuck.after) block();
  stuck.milliseconds = 0;
  return answer;
};"#;

async fn open(browser: &Browser, authority: &Authority, tabs: usize) -> Vec<Tab> {
    let mut opened = vec![browser.first_tab().await];
    while opened.len() < tabs {
        opened.push(browser.new_tab().await);
    }
    for tab in &opened {
        tab.run_before_each_page(BLOCK).await;
        load(tab, authority).await;
    }
    opened
}

async fn load(tab: &Tab, authority: &Authority) {
    tab.open(&authority.url("session.html")).await;
    wait(tab, "window.opened === true").await;
}

async fn wait(tab: &Tab, condition: &str) {
    let script = format!("return {condition}");
    let so = until(async || (tab.run(&script).await == true).then_some(())).await;
    if so.is_none() {
        let told = tab.run("return [app.session.status, told]").await;
        panic!("waited in vain for {condition}: {told}");
    }
}

async fn sign_in(tabs: &[Tab], user: &str) {
    tabs[0].run_with("await signIn(input)", json!(user)).await;
    for tab in tabs {
        let same = format!("app.session.status === 'signed-in' && app.session.user?.sub === '{user}'");
        wait(tab, &same).await;
    }
}

/// Signs in with a token that has expired for all tabs when this returns, and whose successors live for an hour.
async fn sign_in_and_expire(tabs: &[Tab], authority: &Authority) {
    authority.set_lifetime(2);
    sign_in(tabs, "ada").await;
    authority.set_lifetime(3_600);
    sleep(Duration::from_millis(2_100)).await;
}

/// How all the requests of a tab ended, once they have.
async fn result(tab: &Tab, limit: Duration) -> Vec<Value> {
    let ended = within(limit, async || {
        tab.run("return window.result ?? null").await.as_array().cloned()
    });
    ended.await.expect("all requests end")
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_tabs_with_a_hundred_requests_each_make_one_refresh_twenty_times_in_a_row() {
    let authority = Authority::start().await;
    let browser = Browser::start().await;
    let tabs = open(&browser, &authority, 8).await;
    for round in 0..20 {
        sign_in_and_expire(&tabs, &authority).await;
        let before = authority.counted();
        tabs[0]
            .run_with("everybody(100, input)", json!(format!("{round}")))
            .await;
        for tab in &tabs {
            assert_eq!(result(tab, BOUNDED).await, vec![json!(200); 100], "round {round}");
        }
        let after = authority.counted();
        assert_eq!(after.asked - before.asked, 1, "round {round}");
        assert_eq!(after.requests.len() - before.requests.len(), 800, "round {round}");
    }
}

/// One tab does nothing for long, from its refresh on.
async fn with_a_stuck_tab(after: bool) {
    let authority = Authority::start().await;
    let browser = Browser::start().await;
    let tabs = open(&browser, &authority, 4).await;
    sign_in_and_expire(&tabs, &authority).await;
    let stuck = format!(
        "Object.assign(stuck, {{ milliseconds: 30_000, after: {after} }}); setTimeout(() => begin(1, 'stuck'))"
    );
    tabs[0].run(&stuck).await;
    sleep(Duration::from_millis(500)).await;
    for tab in &tabs[1..] {
        tab.run("begin(10, 'others')").await;
    }
    for tab in &tabs[1..] {
        assert_eq!(result(tab, BOUNDED).await, vec![json!(200); 10]);
        let took = tab.run("return took").await.as_f64().unwrap();
        assert!((10_000.0..25_000.0).contains(&took), "{took} ms");
        assert_eq!(tab.run("return app.session.status").await, "signed-in");
    }
    // It wakes up, and is still signed in; what it sent late took nothing from the others.
    assert_eq!(result(&tabs[0], BOUNDED).await, [200]);
    for tab in &tabs {
        tab.run("begin(1, 'later')").await;
        assert_eq!(result(tab, BOUNDED).await, [200]);
        assert_eq!(tab.run("return app.session.status").await, "signed-in");
    }
    let counted = authority.counted();
    assert_eq!(counted.reuses, 0);
    assert!(counted.refreshes <= 2, "{counted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_freezes_with_the_lock_before_it_sends_holds_nobody_up_for_long() {
    with_a_stuck_tab(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_freezes_with_the_lock_after_it_has_sent_holds_nobody_up_for_long() {
    with_a_stuck_tab(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_is_closed_in_the_middle_of_a_refresh_takes_no_session_with_it() {
    let authority = Authority::start().await;
    let browser = Browser::start().await;
    let tabs = open(&browser, &authority, 3).await;
    sign_in_and_expire(&tabs, &authority).await;
    authority.hold_refreshes(true);
    tabs[2].run("begin(1, 'closed')").await;
    until(async || (authority.counted().asked == 1).then_some(()))
        .await
        .expect("it has sent its refresh");
    tabs[2].close().await;
    tabs[0].run("begin(5, 'others')").await;
    tabs[1].run("begin(5, 'others')").await;
    authority.hold_refreshes(false);
    for tab in &tabs[..2] {
        assert_eq!(result(tab, BOUNDED).await, vec![json!(200); 5]);
    }
    // And after all have gone.
    authority.hold_refreshes(true);
    load_away(&tabs[1]).await;
    load_away(&tabs[0]).await;
    authority.hold_refreshes(false);
    load(&tabs[0], &authority).await;
    wait(&tabs[0], "app.session.status === 'signed-in'").await;
    tabs[0].run("begin(5, 'reopened')").await;
    assert_eq!(result(&tabs[0], BOUNDED).await, vec![json!(200); 5]);
    let counted = authority.counted();
    assert_eq!(counted.reuses, 0);
    assert!(counted.refreshes <= 3, "{counted:?}");
}

async fn load_away(tab: &Tab) {
    tab.open("about:blank").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_two_hours_fast_or_slow_costs_no_refresh_and_no_session() {
    for hours in [2, -2] {
        let authority = Authority::start().await;
        let browser = Browser::start().await;
        let tab = browser.first_tab().await;
        let clock = format!("const own = Date.now; Date.now = () => own() + {hours} * 3_600_000;");
        tab.run_before_each_page(&clock).await;
        load(&tab, &authority).await;
        authority.set_lifetime(3);
        let tabs = [tab];
        sign_in(&tabs, "ada").await;
        // Three lifetimes, and a request every fifth of a second: a token is renewed near its end, and once.
        let statuses = tabs[0]
            .run(
                "const ends = [];
                for (const end = performance.now() + 9_000; performance.now() < end; ) {
                  ends.push(...(await burst(3, 'clock')));
                  await new Promise((later) => setTimeout(later, 200));
                }
                return ends",
            )
            .await;
        let statuses = statuses.as_array().unwrap();
        assert!(
            statuses.len() > 60 && statuses.iter().all(|status| *status == 200),
            "{statuses:?}"
        );
        let counted = authority.counted();
        assert!(
            (2..=5).contains(&counted.asked),
            "{hours} h: {} refreshes",
            counted.asked
        );
        assert_eq!(tabs[0].run("return app.session.status").await, "signed-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_user_has_under_way_never_carries_the_token_of_the_next() {
    let authority = Authority::start().await;
    let browser = Browser::start().await;
    let tabs = open(&browser, &authority, 2).await;
    sign_in(&tabs, "ada").await;
    authority.hold_requests(true);
    tabs[0].run("begin(5, 'ada')").await;
    until(async || (authority.counted().requests.len() == 5).then_some(()))
        .await
        .expect("they are under way");
    tabs[1].run("await app.session.signOut()").await;
    tabs[1].run("await signIn('eve')").await;
    wait(&tabs[0], "app.session.user?.sub === 'eve'").await;
    authority.hold_requests(false);
    assert_eq!(result(&tabs[0], BOUNDED).await, vec![json!("session-changed"); 5]);
    let told = tabs[0]
        .run("return told.filter(({ name }) => name === 'session-changed').length")
        .await;
    assert!(told.as_u64() >= Some(1), "{told}");
    let sent = authority.counted().requests;
    assert!(
        sent.iter()
            .filter(|(path, _)| path.starts_with("ada/"))
            .all(|(_, user)| user.as_deref() == Some("ada")),
        "{sent:?}"
    );
    assert_eq!(sent.len(), 5, "and none was sent again");
    tabs[0].run("begin(1, 'eve')").await;
    assert_eq!(result(&tabs[0], BOUNDED).await, [200]);
    assert_eq!(authority.counted().requests[5].1.as_deref(), Some("eve"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_one_user_s_token_is_not_sent_with_the_next_one_s() {
    let authority = Authority::start().await;
    let browser = Browser::start().await;
    let tabs = open(&browser, &authority, 2).await;
    sign_in_and_expire(&tabs, &authority).await;
    authority.hold_refreshes(true);
    tabs[0].run("begin(20, 'ada')").await;
    until(async || (authority.counted().asked == 1).then_some(()))
        .await
        .expect("a refresh is under way");
    tabs[1].run("await signIn('eve')").await;
    authority.hold_refreshes(false);
    wait(&tabs[0], "app.session.user?.sub === 'eve'").await;
    assert_eq!(result(&tabs[0], BOUNDED).await, vec![json!("session-changed"); 20]);
    assert!(authority.counted().requests.is_empty());
}
