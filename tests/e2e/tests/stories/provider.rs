//! A certified OpenID provider as the token endpoint, with refresh tokens that pages keep.

use holdall_e2e::{Authority, Browser, Grants, Provider, Tab, until};
use serde_json::{Value, json};

/// The wall clock, as far on as the test says.
const SKIP: &str = "window.skip = 0; const own = Date.now; Date.now = () => own() + window.skip;";

/// Signs in as the provider's own pages would.
const SIGN_IN: &str = r#"
const refresh_token = await (await fetch(`${input}/sign-in`)).json();
const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "shop", refresh_token });
app.session.signIn(await (await fetch(`${input}/token`, { method: "POST", body })).json());"#;

/// The refresh token that is kept.
const KEPT: &str = r#"
const done = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = reject; });
const database = await done(indexedDB.open("e2e/session"));
const record = await done(database.transaction("session").objectStore("session").get("refresh"));
database.close();
return JSON.parse(record).token;"#;

async fn tabs(browser: &Browser, pages: &Authority, provider: &Provider, count: usize) -> Vec<Tab> {
    let origin = provider.origin();
    let auth = json!({
        "token": format!("{origin}/token"), "revoke": format!("{origin}/token/revocation"),
        "clientId": "shop", "refreshToken": "indexeddb",
    });
    let auth: String = url::form_urlencoded::byte_serialize(auth.to_string().as_bytes()).collect();
    let mut tabs = vec![browser.first_tab().await];
    while tabs.len() < count {
        tabs.push(browser.new_tab().await);
    }
    for tab in &tabs {
        tab.run_before_each_page(SKIP).await;
        tab.open(&pages.url(&format!("session.html?auth={auth}"))).await;
        wait(tab, "window.opened === true").await;
    }
    tabs[0].run_with(SIGN_IN, json!(origin)).await;
    for tab in &tabs {
        wait(tab, "app.session.user?.sub === 'ada'").await;
    }
    tabs
}

async fn wait(tab: &Tab, condition: &str) {
    let script = format!("return {condition}");
    let so = until(async || (tab.run(&script).await == true).then_some(())).await;
    assert!(
        so.is_some(),
        "waited in vain for {condition}: {}",
        tab.run("return told").await
    );
}

async fn an_access_token_s_life_later(tabs: &[Tab]) {
    for tab in tabs {
        tab.run("window.skip += 301_000").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_lasts_an_hour_in_three_tabs_with_one_refresh_for_each_access_token() {
    let (pages, provider) = (Authority::start().await, Provider::start());
    let browser = Browser::start().await;
    let tabs = tabs(&browser, &pages, &provider, 3).await;
    let mut kept = Vec::new();
    for step in 0..13 {
        an_access_token_s_life_later(&tabs).await;
        for turn in 0..3 {
            let statuses = tabs[(step + turn) % 3].run("return burst(5, 'hour')").await;
            assert_eq!(statuses, Value::from(vec![200; 5]), "step {step}");
        }
        assert_eq!(
            provider.grants(),
            Grants {
                granted: 2 + step as u32,
                refused: 0,
                revoked: 0
            },
            "the sign-in, and one for each"
        );
        let token = tabs[0].run(KEPT).await;
        assert!(!kept.contains(&token), "they rotate");
        kept.push(token);
    }
    for tab in &tabs {
        assert_eq!(tab.run("return app.session.status").await, "signed-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_refresh_token_that_comes_back_ends_the_session_and_a_sign_out_revokes_the_newest() {
    let (pages, provider) = (Authority::start().await, Provider::start());
    let browser = Browser::start().await;
    let tabs = tabs(&browser, &pages, &provider, 2).await;
    let old = tabs[0].run(KEPT).await;
    an_access_token_s_life_later(&tabs).await;
    assert_eq!(tabs[1].run("return burst(1, 'first')").await, json!([200]));
    // A thief.
    let stolen = r#"
        const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "shop", refresh_token: input[1] });
        return (await fetch(`${input[0]}/token`, { method: "POST", body })).status;"#;
    assert_eq!(tabs[0].run_with(stolen, json!([provider.origin(), old])).await, 400);
    assert_eq!(provider.grants().revoked, 1);
    an_access_token_s_life_later(&tabs).await;
    let ends = tabs[0]
        .run("return app.session.token().then(() => 'a token', ({ code }) => code)")
        .await;
    assert_eq!(ends, "signed-out");
    assert_eq!(tabs[0].run("return app.session.status").await, "ended");

    tabs[0].run_with(SIGN_IN, json!(provider.origin())).await;
    wait(&tabs[1], "app.session.user?.sub === 'ada'").await;
    let newest = tabs[0].run(KEPT).await;
    tabs[1].run("await app.session.signOut()").await;
    wait(&tabs[0], "app.session.status === 'signed-out'").await;
    assert_eq!(
        tabs[0].run_with(stolen, json!([provider.origin(), newest])).await,
        400,
        "it is revoked"
    );
}
