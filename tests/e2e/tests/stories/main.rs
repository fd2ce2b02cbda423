//! Stories of people who use the shop, in a real browser against the real backend.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#[tokio::test]
async fn probe() {
    let server = holdall_e2e::Server::start();
    println!("{:?}", server.stats());
    let browser = holdall_e2e::Browser::start().await;
    let tab = browser.first_tab().await;
    tab.record().await;
    tab.open_shop(&server.origin()).await;
    println!("{:#?}", tab.view().await);
    println!("{:#?}", tab.recording().await);
    tab.click("add-lamp").await;
    tab.sign_in("ada", "lovelace").await;
    println!("{:#?}", tab.view().await);
    println!("{:#?}", browser.sent().await);
    println!("{:#?}", tab.cookie("__Host-refresh").await);
    let b = browser.new_tab().await;
    b.open_shop(&server.origin()).await;
    println!("{:#?}", b.view().await);
    println!("{:#?} {:?}", tab.run("return [document.visibilityState, navigator.userAgent]").await, b.run("return document.visibilityState").await);
}
