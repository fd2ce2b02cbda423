//! How stories begin.

use holdall_e2e::{Browser, Server, Tab};

/// A guest who has put a lamp into the cart.
pub(crate) async fn guest_with_a_lamp() -> (Server, Browser, Tab) {
    let server = Server::start();
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.open_shop(&server.origin()).await;
    tab.click("add-lamp").await;
    tab.until("the lamp is in the cart", |view| view.has_cart(&[("lamp", 1)]))
        .await;
    (server, browser, tab)
}

/// Ada, with an empty cart.
pub(crate) async fn signed_in() -> (Server, Browser, Tab) {
    let server = Server::start();
    let (browser, tab) = signed_in_to(&server).await;
    (server, browser, tab)
}

/// Ada, with an empty cart.
pub(crate) async fn signed_in_to(server: &Server) -> (Browser, Tab) {
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.open_shop(&server.origin()).await;
    tab.sign_in("ada", "lovelace").await;
    (browser, tab)
}
