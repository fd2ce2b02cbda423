//! What can't be done is refused with an error that says why, and nothing is lost.

use std::time::Duration;

use holdall_e2e::{Browser, Fault, Front, Server, Tab, View, until};
use serde_json::json;
use tokio::time::sleep;

use crate::people::guest_with_a_lamp;

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_json_cannot_hold_is_refused_and_nothing_is_lost() {
    let (_server, _browser, tab) = guest_with_a_lamp().await;
    let refusals = tab
        .run(
            r#"const { HoldallError } = await import("/holdall/index.js");
            const cycle = { title: "Mug" };
            cycle.self = cycle;
            const values = {
                undefined: undefined, function: () => {}, symbol: Symbol("s"), bigint: 1n, NaN: NaN, Infinity: Infinity,
                date: new Date(), map: new Map(), set: new Set(), cycle, surrogate: "\ud83d", hole: [, 1],
            };
            const { cart, blocked, filters } = app.state;
            const tries = Object.entries(values).map(([name, value]) => [name, () => cart.set("mug", { deep: { here: value } })]);
            delete tries[tries.findIndex(([name]) => name === "undefined")]; // as JSON.stringify, members are left out
            tries.push(
                ["an array's undefined", () => cart.set("mug", { list: [undefined] })],
                ["patch", () => cart.patch("lamp", { qty: NaN })],
                ["increment", () => cart.increment("mug", "qty", 1, { qty: 1n })],
                ["a key", () => cart.set("\udc00", { qty: 1 })],
                ["a set's member", () => blocked.add({ name: "mallory" })],
                ["an object's field", () => filters.patch({ text: () => {} })],
                ["in a transaction", () => app.transaction(() => {
                    cart.delete("lamp");
                    cart.set("mug", { qty: 1n });
                })],
            );
            return tries.filter(Boolean).map(([name, change]) => {
                try {
                    change();
                } catch (error) {
                    return [name, error instanceof HoldallError && error.code, error.message];
                }
                return [name, "no error", ""];
            });"#,
        )
        .await;
    for refusal in refusals.as_array().unwrap() {
        assert_eq!(refusal[1], "not-encodable", "{refusal}");
    }
    assert_eq!(refusals.as_array().unwrap().len(), 18);
    let function = refusals
        .as_array()
        .unwrap()
        .iter()
        .find(|refusal| refusal[0] == "function")
        .unwrap();
    let message = function[2].as_str().unwrap();
    assert!(
        message.contains("deep.here") && message.contains("function"),
        "it says where and what: {message}"
    );

    still_works(&tab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_open_cannot_use_is_refused_by_code_and_the_open_client_goes_on() {
    let (_server, _browser, tab) = guest_with_a_lamp().await;
    let refusals = tab
        .run(
            r#"const { open, map, HoldallError } = await import("/holdall/index.js");
            const tries = {
                "an unknown slice is sent": { requests: [{ match: "/api/*", send: { basket: "body" } }] },
                "an unknown slice is consumed": { requests: [{ match: "/api/*", consume: ["basket"] }] },
                "no path": { requests: [{ match: "GET" }] },
                "no such place": { requests: [{ match: "/api/*", send: { cart: "cookie" } }] },
                "a method in lower case": { requests: [{ match: "get /api/*" }] },
                "no match": { requests: [{ token: true }] },
                "no slices": { state: { cart: "map" } },
                "the same name": { name: "shop" },
            };
            const codes = {};
            for (const [what, wrong] of Object.entries(tries)) {
                codes[what] = await open({ name: `other ${what}`, state: { cart: map() }, ...wrong }).then(
                    (other) => other.close() ?? "opened",
                    (error) => [error instanceof HoldallError && error.code, error.message]);
            }
            return codes;"#,
        )
        .await;
    let code = |what: &str| refusals[what][0].clone();
    assert_eq!(code("an unknown slice is sent"), "unknown-slice", "{refusals:#}");
    assert_eq!(code("an unknown slice is consumed"), "unknown-slice", "{refusals:#}");
    assert!(
        refusals["an unknown slice is sent"][1]
            .as_str()
            .unwrap()
            .contains("basket"),
        "{refusals:#}"
    );
    for what in ["no path", "no such place", "no match"] {
        assert_eq!(code(what), "bad-rule", "{what}: {refusals:#}");
    }
    assert_eq!(code("no slices"), "bad-config");
    assert_eq!(code("the same name"), "bad-config");

    still_works(&tab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_answers_renewals_with_garbage_ends_no_session() {
    let server = Server::with_access_seconds(1);
    let front = Front::start(&server).await;
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.record().await;
    tab.open_shop(front.origin()).await;
    tab.click("add-lamp").await;
    tab.sign_in("ada", "lovelace").await;

    for (status, content_type, body) in [
        (
            200,
            "text/html",
            "<!doctype html><title>Log in to the hotel's network</title>",
        ),
        (200, "application/json", "{\"token_type\":\"Bearer\",\"expires_in\":1}"),
        (500, "text/plain", "oops"),
    ] {
        front.set(Fault {
            path: "/auth/refresh",
            status,
            content_type,
            body,
        });
        // The subject is real time: the token's single second.
        sleep(Duration::from_millis(2_100)).await;
        let error = tab
            .run(
                r#"return app.fetch("/api/orders").then(
                    ({ status }) => status, (error) => [error.code, error.message, app.session.status])"#,
            )
            .await;
        assert_eq!(error[2], "signed-in", "{body}: {error}");
        let code = error[0].as_str().unwrap();
        assert!(
            ["refresh-failed", "bad-token-response"].contains(&code),
            "{body}: {error}"
        );
        assert!(!error[1].as_str().unwrap().contains("hotel"), "{error}");
        front.set(None);
        recovers(&tab).await;
    }

    // The same at a reload: it isn't known who is signed in, which isn't the same as nobody.
    front.set(Fault {
        path: "/auth/refresh",
        status: 200,
        content_type: "text/html",
        body: "<!doctype html>",
    });
    tab.open(front.origin()).await;
    let tried = |view: &View| {
        view.troubles
            .iter()
            .any(|trouble| trouble.contains("restore your session"))
    };
    let view = tab
        .until("the page says that the session can't be restored yet", tried)
        .await;
    assert_eq!((view.status.as_str(), view.form), ("restoring", false), "{view:#?}");
    assert!(view.has_cart(&[("lamp", 1)]), "{view:#?}");
    front.set(None);
    let back = |view: &View| view.user == "Ada Lovelace" && view.messages.contains(&"m17".into());
    tab.until("the session is restored", back).await;
    let recording = tab.recording().await;
    assert!(
        recording.iter().all(|look| look.status != "signed-out" && !look.form),
        "{recording:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_response_that_is_none_signs_nobody_in() {
    let (_server, _browser, tab) = guest_with_a_lamp().await;
    let codes = tab
        .run(
            r#"const answers = [undefined, null, "", "<!doctype html>", 7, [], {}, { access_token: 7 }, { access_token: "" },
                { access_token: "a b\r\nc", token_type: "Bearer" }, { token_type: "Bearer", expires_in: 5 }];
            return answers.map((answer) => {
                try {
                    app.session.signIn(answer);
                } catch (error) {
                    return [JSON.stringify(answer), error.code, app.session.status];
                }
                return [JSON.stringify(answer), "no error", app.session.status];
            });"#,
        )
        .await;
    for code in codes.as_array().unwrap() {
        assert_eq!(
            (&code[1], &code[2]),
            (&json!("bad-token-response"), &json!("signed-out")),
            "{code}"
        );
    }
    still_works(&tab).await;
}

/// Whether nothing was lost: not what was there before, nor what is done from now on.
async fn still_works(tab: &Tab) {
    tab.click("add-rug").await;
    let kept = [("lamp", 1), ("rug", 1)];
    let view = tab.until("the rug is in the cart", |view| view.has_cart(&kept)).await;
    assert!(
        view.blocked.is_empty() && view.troubles.is_empty() && view.notices.is_empty(),
        "{view:#?}"
    );
    tab.reload().await;
    let view = tab.view().await;
    assert!(view.has_cart(&kept) && view.blocked.is_empty(), "{view:#?}");
    tab.sign_in("grace", "hopper").await;
}

/// Waits until requests succeed again; renewals are tried again after a pause of the client's own choice.
async fn recovers(tab: &Tab) {
    let recovered = until(async || {
        let status = tab
            .run(r#"return app.fetch("/api/orders").then(({ status }) => status, (error) => error.code)"#)
            .await;
        (status == 200).then_some(())
    });
    recovered.await.expect("requests succeed again");
}
