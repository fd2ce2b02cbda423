//! Marked tokens go through everything that can go wrong, and are found nowhere they don't belong.

use holdall_e2e::{Authority, Browser, Tab, Witness, until};
use serde_json::json;

/// What all tokens have in them.
const MARK: &str = "c4n4ry";

/// Sends requests and refreshes through every way to fail, and gives all that a page can see of it.
const EVERYTHING: &str = r#"
const { other } = input;
const seen = [];
const names = ["request", "refresh", "session", "session-changed", "storage-full", "corrupt", "newer-version"];
const response = (n, more) => ({ access_token: `c4n4ry.${n}`, token_type: "Bearer", expires_in: 60,
  refresh_token: `c4n4ry-refresh-${n}`, ...more });
const tell = (what, error) => {
  const own = {};
  for (const key of Object.getOwnPropertyNames(error ?? {})) own[key] = String(error[key]);
  seen.push([what, String(error), own, String(error?.cause)]);
};
const attempt = async (what, run) => { try { seen.push([what, await run()]); } catch (error) { tell(what, error); } };
const open = async (auth, requests = []) => {
  const app = await holdall.open({ name: `canary-${Math.random()}`, state: { cart: holdall.map() }, auth: { ...auth, audience: [] }, requests: [
    { match: "/api/*", token: true, send: { cart: "query" } }, ...requests] });
  for (const name of names) app.on(name, (event) => seen.push([name, JSON.stringify(event)]));
  return app;
};
const reply = (status, body) => () => Promise.resolve(new Response(body, { status }));
const own = window.fetch;
const cookie = { refresh: "/refresh-c", signOut: "/sign-out-c" };
// Every answer of the refresh endpoint, with a token in it.
const answers = {
  garbage: reply(200, "<html>c4n4ry"), headers: reply(200, JSON.stringify(response(2, { access_token: "c4n4ry\r\nX: 1" }))),
  number: reply(200, '{"access_token":{"a":"c4n4ry"}}'), cut: reply(200, '{"access_token":"c4n4ry'),
  error: reply(500, JSON.stringify(response(2))), busy: reply(429, JSON.stringify(response(2))),
  ended: reply(401, '{"error":"c4n4ry"}'), network: () => Promise.reject(new TypeError("network")), odd: () => Promise.reject("c4n4ry".slice(9)),
  good: reply(200, JSON.stringify(response(3))),
};
for (const [name, answer] of Object.entries(answers)) {
  window.fetch = (input, init) => String(input).includes("-c") ? answer() : own(input, init);
  const app = await open(cookie);
  app.session.signIn(response(1, { expires_in: 0 }), { user: { sub: "ada" } });
  app.state.cart.set("lamp", { qty: 1 });
  await attempt(`${name} fetch`, async () => (await app.fetch("/api/x")).status);
  await attempt(`${name} token`, async () => typeof (await app.session.token()));
  await attempt(`${name} prepare`, async () => { const it = await app.prepare("/api/x"); return [it.url, [...it.headers]]; });
  await attempt(`${name} sign out`, () => app.session.signOut());
  seen.push([name, app.session.status, JSON.stringify(app.session), app.export(), JSON.stringify(app)]);
  app.close();
  await attempt(`${name} closed`, () => app.session.token());
}
window.fetch = own;
for (const bad of [{}, { access_token: ["c4n4ry"] }, { access_token: "c4n4ry\n" }, { access_token: "c4n4ry", token_type: "mac" }, "c4n4ry", ["c4n4ry"]]) {
  const app = await open(cookie);
  await attempt("signIn", () => app.session.signIn(bad));
  app.close();
}
// Requests that can't be made, or lead elsewhere.
const app = await open(cookie, [{ match: `${other}/*`, token: true }]);
app.session.signIn(response(4), { user: { sub: "ada" } });
const requests = [["/api/x", { mode: "no-cors" }], [`${other}/api/x`], ["/api/x?cart=1"], ["http://\u0000"], [`https://user:pass@127.0.0.1:1/api/x`],
  ["/api/x", { signal: AbortSignal.abort() }], ["data:text/plain,x"], [`${location.origin}@127.0.0.1:1/api/x`], ["/nowhere"]];
for (const [address, init] of requests) await attempt(address, async () => (await app.fetch(address, init)).status);
await attempt("other", async () => (await fetch(`${other}/x`, { mode: "no-cors" })).type);
// Refresh tokens in the database, and lost.
const vault = { token: "/token-c", clientId: "x", refreshToken: "indexeddb", revoke: "/revoke-c" };
for (const [name, answer] of Object.entries(answers)) {
  window.fetch = (input, init) => String(input).includes("-c") ? answer() : own(input, init);
  const kept = await open(vault);
  kept.session.signIn(response(5, { expires_in: 0 }), { user: { sub: "ada" } });
  await attempt(`vault ${name}`, async () => typeof (await kept.session.token()));
  await attempt(`vault ${name} out`, () => kept.session.signOut());
  seen.push([JSON.stringify(kept), kept.export()]);
  kept.close();
}
window.fetch = own;
const source = await open({ source: () => Promise.reject(new Error("c4n4ry".slice(9))) });
source.session.signIn(response(6, { expires_in: 0 }));
await attempt("source", () => source.session.token());
const stores = [localStorage, sessionStorage].map((storage) => Object.entries(storage));
return JSON.stringify([seen, stores, location.href, document.cookie, performance.getEntries().map(({ name }) => name)]);
"#;

async fn page(browser: &Browser, authority: &Authority) -> Tab {
    let tab = browser.first_tab().await;
    tab.open(&authority.url("session.html")).await;
    until(async || (tab.run("return window.opened === true").await == true).then_some(()))
        .await
        .expect("the page is open");
    tab.run("window.holdall = await import('/holdall/index.js')").await;
    tab
}

#[tokio::test(flavor = "multi_thread")]
async fn marked_tokens_are_found_nowhere_they_do_not_belong() {
    let authority = Authority::start().await;
    let witness = Witness::start().await;
    let browser = Browser::start().await;
    let tab = page(&browser, &authority).await;
    let seen = tab.run_with(EVERYTHING, json!({ "other": witness.origin() })).await;
    let seen = seen.as_str().unwrap();
    assert!(seen.len() > 5_000, "much has happened: {seen}");
    for told in [
        "refresh-failed",
        "bad-token-response",
        "signed-out",
        "bad-config",
        "not-encodable",
        "sign-out-unconfirmed",
    ] {
        assert!(seen.contains(told), "{told} is among it: {seen}");
    }
    if let Some((before, after)) = seen.split_once(MARK) {
        let before: String = before.chars().rev().take(200).collect();
        let after: String = after.chars().take(60).collect();
        let before: String = before.chars().rev().collect();
        panic!("a token is seen: …{before}{MARK}{after}…");
    }
    let console = browser.console().await.to_string();
    assert!(!console.contains(MARK), "the console shows one: {console}");
    let sent = browser.sent().await;
    let bearers = sent.iter().filter(|sent| sent.token().is_some()).count();
    for sent in &sent {
        assert!(!sent.url().contains(MARK) && !sent.body.contains(MARK), "{sent:?}");
        for (name, value) in &sent.headers {
            assert!(name == "authorization" || !value.contains(MARK), "{sent:?}");
        }
    }
    assert!(bearers > 0, "some go where they belong");
    for seen in witness.seen() {
        assert!(!format!("{seen:?}").contains(MARK), "another origin got one: {seen:?}");
    }
}
