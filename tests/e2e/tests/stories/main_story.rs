//! The main job, from a guest's first line to the sign-out.

use std::time::Duration;

use holdall_e2e::{Browser, Sent, Server, Tab, View, until};
use serde_json::json;
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_shops_from_the_first_line_to_the_sign_out() {
    Story::begin(Restarts::None).await.tell().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restarting_the_server_between_any_two_steps_changes_nothing() {
    Story::begin(Restarts::BetweenSteps).await.tell().await;
}

enum Restarts {
    None,
    BetweenSteps,
}

struct Story {
    restarts: Restarts,
    server: Server,
    browser: Browser,
    tab: Tab,
}

impl Story {
    async fn begin(restarts: Restarts) -> Self {
        let server = Server::start();
        let browser = Browser::start().await;
        let tab = browser.first_tab().await;
        tab.record().await;
        tab.open_shop(&server.origin()).await;
        Self {
            restarts,
            server,
            browser,
            tab,
        }
    }

    async fn tell(mut self) {
        self.adds_three_lines_as_a_guest().await;
        self.between_steps();
        self.signs_in_and_finds_them_still_there().await;
        self.between_steps();
        self.blocks_a_sender().await;
        self.between_steps();
        self.reloads_without_a_flash().await;
        self.between_steps();
        let second = self.opens_a_second_tab().await;
        self.between_steps();
        self.adds_the_same_product_in_both_tabs(&second).await;
        self.between_steps();
        self.sends_20_requests_when_the_token_has_expired().await;
        self.between_steps();
        self.checks_out_and_adds_a_line_meanwhile().await;
        self.between_steps();
        self.checks_out_the_same_cart_in_both_tabs(&second).await;
        self.between_steps();
        self.signs_out(&second).await;
    }

    fn between_steps(&mut self) {
        if matches!(self.restarts, Restarts::BetweenSteps) {
            self.server.restart();
        }
    }

    async fn adds_three_lines_as_a_guest(&self) {
        let view = self.tab.view().await;
        assert_eq!((view.status.as_str(), view.form), ("signed-out", true), "{view:#?}");
        for sku in ["lamp", "mug", "plant"] {
            self.tab.click(&format!("add-{sku}")).await;
        }
        let view = self.tab.until("three lines are in the cart", with_three_lines).await;
        assert_eq!(view.total, "€85.50");
        assert!(self.sent().await.iter().all(|sent| sent.token().is_none()));
    }

    async fn signs_in_and_finds_them_still_there(&self) {
        self.tab.sign_in("ada", "lovelace").await;
        // Message 17 is for her alone.
        let shown = |view: &View| view.messages.contains(&"m17".into());
        let view = self.tab.until("her own messages are in the inbox", shown).await;
        assert_eq!(view.user, "Ada Lovelace");
        assert!(with_three_lines(&view), "{view:#?}");
    }

    async fn blocks_a_sender(&self) {
        assert!(self.tab.view().await.senders.contains(&"mallory".into()));
        let before = self.sent().await.len();
        self.tab.click("block-mallory").await;
        let gone = |view: &View| !view.inbox_busy && !view.senders.contains(&"mallory".into());
        let view = self.tab.until("the inbox is without that sender", gone).await;
        assert_eq!(view.blocked, ["mallory"]);
        assert!(view.messages.contains(&"m17".into()), "the others' messages stay");

        // The server did it, by what the request carried: the answer itself is without that sender.
        let sent = self.sent().await;
        let requests: Vec<&Sent> = sent[before..].iter().filter(|sent| is_inbox(sent)).collect();
        let [request] = requests[..] else {
            panic!("blocking asks once for the messages: {requests:#?}")
        };
        assert_eq!(request.query, "blocked=mallory&text=&unread=false");
        assert!(request.token().is_some());
        let inbox = self.tab.answer_to(request).await;
        let messages = inbox["messages"].as_array().unwrap();
        assert!(!messages.is_empty() && messages.iter().all(|message| message["from"] != "mallory"));
    }

    async fn reloads_without_a_flash(&self) {
        // So that there is time to see one.
        self.tab.delay_answers(150).await;
        self.tab.reload().await;
        self.tab.delay_answers(0).await;
        let view = self.tab.view().await;
        assert_eq!(
            (view.status.as_str(), view.user.as_str()),
            ("signed-in", "Ada Lovelace")
        );
        assert!(with_three_lines(&view), "{view:#?}");
        assert_eq!(view.blocked, ["mallory"]);
        assert!(!view.senders.contains(&"mallory".into()) && view.messages.contains(&"m17".into()));

        let recording = self.tab.recording().await;
        assert!(
            recording.iter().any(|look| look.status == "restoring"),
            "it began early enough: {recording:#?}"
        );
        let flash = recording.iter().find(|look| look.status == "signed-out" || look.form);
        assert_eq!(flash, None, "{recording:#?}");
    }

    async fn opens_a_second_tab(&self) -> Tab {
        let second = self.browser.new_tab().await;
        second.record().await;
        second.delay_answers(150).await;
        second.open_shop(&self.server.origin()).await;
        second.delay_answers(0).await;
        let view = second.view().await;
        assert!(with_three_lines(&view), "{view:#?}");
        assert_eq!(
            (view.status.as_str(), &view.blocked[..]),
            ("signed-in", &["mallory".into()][..])
        );
        // At once: before any answer of the server was there.
        let recording = second.recording().await;
        assert!(
            recording
                .iter()
                .any(|look| look.lines == 3 && look.status == "restoring"),
            "{recording:#?}"
        );
        second
    }

    async fn adds_the_same_product_in_both_tabs(&self, second: &Tab) {
        // The second tab is kept so busy that it can't hear of what the first one does meanwhile, and then adds too.
        let at = second
            .run(
                r#"const at = Date.now() + 1000;
                setTimeout(() => {
                    while (Date.now() < at + 200);
                    window.knew = app.state.cart.has("clock");
                    document.querySelector('[data-testid="add-clock"]').click();
                }, 800);
                return at;"#,
            )
            .await;
        let first = r#"setTimeout(() => {
            window.knew = app.state.cart.has("clock");
            document.querySelector('[data-testid="add-clock"]').click();
        }, input - Date.now())"#;
        self.tab.run_with(first, at).await;
        for tab in [&self.tab, second] {
            tab.until("both tabs have two of it", |view| {
                view.has_cart(&[("lamp", 1), ("mug", 1), ("plant", 1), ("clock", 2)])
            })
            .await;
            let knew = tab.run("return window.knew").await;
            assert_eq!(knew, false, "none knew of the other's when it added its own");
        }
    }

    async fn sends_20_requests_when_the_token_has_expired(&self) {
        let sent = self.sent().await;
        let old = sent.iter().rev().find_map(Sent::token).expect("a token").to_owned();
        // The subject of this step is real time: what the token says of itself is rounded up to whole seconds.
        sleep(Duration::from_millis(6_100)).await;
        assert_eq!(self.server.get("/api/messages", Some(&old)).status, 401);

        let (stats, before) = (self.server.stats(), sent.len());
        self.tab.click("burst").await;
        let told = |view: &View| view.burst.starts_with("20 of 20 answered");
        let view = self.tab.until("all 20 requests are answered", told).await;
        assert!(
            view.burst.ends_with("with 1 renewal for all of them."),
            "{}",
            view.burst
        );
        assert_eq!(self.server.stats().refreshes, stats.refreshes + 1);

        let sent = self.sent().await;
        let requests: Vec<&Sent> = sent[before..].iter().filter(|sent| is_inbox(sent)).collect();
        assert_eq!(requests.len(), 20);
        for request in &requests {
            assert_eq!(request.status, Some(200));
            assert!(request.token().is_some_and(|token| token != old), "{request:#?}");
            assert_eq!(request.token(), requests[0].token());
        }
    }

    async fn checks_out_and_adds_a_line_meanwhile(&self) {
        // What the cart says of prices is nothing that the server believes.
        self.tab.run(r#"app.state.cart.patch("lamp", { price: 1 })"#).await;
        renew(&[&self.tab]).await;
        let before = self.sent().await.len();
        self.tab.delay_answers(5_000).await;
        self.tab.click("checkout").await;
        let request = self.checkout_since(before, 1).await.remove(0);
        self.tab.click("add-candle").await;
        self.tab.click("more-lamp").await;
        let view = self.tab.view().await;
        assert_eq!(view.receipt, "", "it was added before the answer came");
        self.tab.delay_answers(0).await;

        let view = self
            .tab
            .until("there is a receipt", |view| !view.receipt.is_empty())
            .await;
        assert!(
            view.receipt.contains("€163.50") && view.receipt.contains("Prices have changed"),
            "{view:#?}"
        );
        assert!(view.has_cart(&[("lamp", 1), ("candle", 1)]), "{view:#?}");

        assert_eq!(
            request.json()["cart"],
            json!({
                "clock": { "price": 3900, "qty": 2, "title": "Wall clock" },
                "lamp": { "price": 1, "qty": 1, "title": "Lamp" },
                "mug": { "price": 1450, "qty": 1, "title": "Mug" },
                "plant": { "price": 2200, "qty": 1, "title": "Rubber plant" },
            })
        );
        let orders = self.server.orders_of("ada", "lovelace");
        assert_eq!(orders.len(), 1);
        assert_eq!(orders[0]["total"], 16_350);
        let lines = orders[0]["lines"].as_array().unwrap();
        let lamp = lines.iter().find(|line| line["sku"] == "lamp").unwrap();
        assert_eq!(
            (lines.len(), &lamp["price"], &lamp["qty"]),
            (4, &json!(4900), &json!(1))
        );
    }

    async fn checks_out_the_same_cart_in_both_tabs(&self, second: &Tab) {
        let tabs = [&self.tab, second];
        for tab in tabs {
            tab.until("what stayed is in both tabs", |view| {
                view.has_cart(&[("lamp", 1), ("candle", 1)])
            })
            .await;
        }
        renew(&tabs).await;
        let before = self.sent().await.len();
        for tab in tabs {
            tab.delay_answers(5_000).await;
        }
        for tab in tabs {
            tab.click("checkout").await;
        }
        let requests = self.checkout_since(before, 2).await;
        assert_eq!(
            requests[0].header("idempotency-key"),
            requests[1].header("idempotency-key")
        );
        assert_eq!(
            (requests[0].status, requests[1].status),
            (None, None),
            "they were sent at once"
        );
        let mut receipts = Vec::new();
        for tab in tabs {
            tab.delay_answers(0).await;
            let view = tab
                .until("both tabs have a receipt", |view| view.receipt.contains("€58.50"))
                .await;
            assert!(view.has_cart(&[]), "{view:#?}");
            receipts.push(view.receipt);
        }
        assert_eq!(receipts[0], receipts[1]);
        assert_eq!(self.server.orders_of("ada", "lovelace").len(), 2);

        // Ordering the same things once more is another order.
        for sku in ["lamp", "candle"] {
            self.tab.click(&format!("add-{sku}")).await;
        }
        self.tab.click("checkout").await;
        let ordered = |view: &View| view.has_cart(&[]) && !view.receipt.is_empty();
        self.tab.until("it is ordered", ordered).await;
        assert_eq!(self.server.orders_of("ada", "lovelace").len(), 3);
    }

    async fn signs_out(&self, second: &Tab) {
        let cookie = self.tab.cookie("__Host-refresh").await.expect("a refresh cookie");
        self.tab.click("sign-out").await;
        for tab in [&self.tab, second] {
            let out = |view: &View| view.status == "signed-out" && view.form && view.user.is_empty();
            tab.until("both tabs are signed out", out).await;
        }
        until(async || {
            let sent = self.sent().await;
            let request = sent.iter().find(|sent| sent.is("POST", "/auth/sign-out"))?;
            (request.status? == 204).then_some(())
        })
        .await
        .expect("the server confirms");
        let before = self.sent().await.len();
        for tab in [&self.tab, second] {
            tab.reload().await;
            let view = tab.view().await;
            assert_eq!((view.status.as_str(), view.form), ("signed-out", true), "{view:#?}");
            assert!(
                !view.messages.contains(&"m17".into()),
                "her messages are gone: {view:#?}"
            );
            assert_eq!(view.blocked, ["mallory"], "what isn't the session's stays");
        }
        let inbox = self
            .tab
            .run(r#"return (await app.fetch("/api/messages")).json()"#)
            .await;
        assert_eq!(inbox["for"], json!(null));
        let sent = self.sent().await;
        assert!(sent[before..].iter().filter(|sent| is_inbox(sent)).count() >= 3);
        assert!(sent[before..].iter().all(|sent| sent.token().is_none()));

        assert_eq!(self.tab.cookie("__Host-refresh").await, None);
        let refreshed = self.server.auth("/auth/refresh", Some(&cookie), &json!(null));
        assert_eq!(refreshed.status, 401, "the old cookie is refused");
    }

    async fn sent(&self) -> Vec<Sent> {
        self.browser.sent().await
    }

    /// The checkouts since then, as soon as there are that many.
    async fn checkout_since(&self, before: usize, count: usize) -> Vec<Sent> {
        until(async || {
            let mut sent = self.sent().await.split_off(before);
            sent.retain(|sent| sent.is("POST", "/api/checkout"));
            (sent.len() >= count).then_some(sent)
        })
        .await
        .expect("the checkout is sent")
    }
}

fn with_three_lines(view: &View) -> bool {
    view.has_cart(&[("lamp", 1), ("mug", 1), ("plant", 1)])
}

fn is_inbox(sent: &Sent) -> bool {
    sent.is("GET", "/api/messages")
}

/// Waits until each tab has a token that is good for a while, so that the next request goes out at once.
async fn renew(tabs: &[&Tab]) {
    const LEFT: &str = r"
        const [, claims] = (await app.session.token()).split('.');
        return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).exp * 1000 - Date.now();";
    let renewed = until(async || {
        for tab in tabs {
            if tab.run(LEFT).await.as_f64()? < 2_500.0 {
                return None;
            }
        }
        Some(())
    });
    renewed.await.expect("the tokens are renewed");
}
