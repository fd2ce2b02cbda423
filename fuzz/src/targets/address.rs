//! Addresses as browsers write them, taken apart.

use holdall::request::Address;

use crate::fields::{join, texts};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        "https://shop.example/a/b?c=d#e",
        "http://[::1]:8080/?#",
        "blob:https://shop.example/0-1",
        "data:text/plain,https://x/",
        "https://shop.example#?/",
        "",
    ]
    .iter()
    .map(|address| join(&[address, "a=1"]))
    .collect()
}

pub(crate) fn run(input: &[u8]) {
    let [text, query] = texts(input);
    let address = Address::new(text.to_string());
    assert_eq!(address.whole(), text);
    assert_eq!(
        address.without_query(),
        format!("{}{}", address.origin(), address.path())
    );
    assert!(text.starts_with(address.without_query()));
    assert!(
        address.origin().is_empty() || address.origin().starts_with("http"),
        "only these have one to trust"
    );
    assert!(!address.path().contains(['?', '#']) && !address.query().contains('#'));
    // Whoever reads the new one finds the same, and the query.
    let query = query.replace('#', "");
    let other = Address::new(address.with_query(&query));
    assert_eq!(
        (other.origin(), other.path(), other.query()),
        (address.origin(), address.path(), &*query)
    );
}
