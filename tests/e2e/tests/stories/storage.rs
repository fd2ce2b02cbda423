//! Storage that is blocked: everything works for as long as the page lives.

use holdall_e2e::{Browser, Server, Tab, View};

#[tokio::test(flavor = "multi_thread")]
async fn when_storage_takes_nothing_the_page_says_so_and_loses_nothing() {
    let server = Server::start();
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.run_before_each_page(
        r#"if (window.name !== "open") {
            const setItem = Storage.prototype.setItem;
            Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError") };
            window.unblock = () => { Storage.prototype.setItem = setItem };
        }"#,
    )
    .await;
    shops_in_memory(&server, &tab).await;

    // There is room again: what waited is stored, along with what comes.
    tab.run("unblock(); window.name = 'open'").await;
    tab.click("add-rug").await;
    tab.until("the rug is in the cart", |view| {
        view.has_cart(&[("lamp", 2), ("rug", 1)])
    })
    .await;
    tab.reload().await;
    let view = tab.view().await;
    assert!(view.has_cart(&[("lamp", 2), ("rug", 1)]), "{view:#?}");
    assert_eq!(view.blocked, ["mallory"]);
    assert!(view.notices.is_empty(), "{view:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_storage_may_not_even_be_named_the_page_says_so_and_loses_nothing() {
    let server = Server::start();
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.run_before_each_page(
        r#"for (const name of ["localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError") } });
        }"#,
    )
    .await;
    shops_in_memory(&server, &tab).await;
}

/// A guest's cart, a sign-in, a block: all there, and said to be kept in this tab alone.
async fn shops_in_memory(server: &Server, tab: &Tab) {
    tab.open_shop(&server.origin()).await;
    tab.click("add-lamp").await;
    tab.click("more-lamp").await;
    let said = |view: &View| view.has_cart(&[("lamp", 2)]) && view.notices == ["storage-full"];
    tab.until("the page says that its storage is full", said).await;
    tab.sign_in("ada", "lovelace").await;
    tab.click("block-mallory").await;
    let blocked = |view: &View| {
        !view.inbox_busy && view.messages.contains(&"m17".into()) && !view.senders.contains(&"mallory".into())
    };
    let view = tab.until("the inbox is without that sender", blocked).await;
    assert_eq!(view.blocked, ["mallory"]);
    assert!(view.has_cart(&[("lamp", 2)]), "{view:#?}");
    assert!(view.troubles.is_empty(), "{view:#?}");
}
