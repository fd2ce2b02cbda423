//! What a person sees on the page.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The page at one moment.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct View {
    /// Whether the client is open, and the shelf is filled.
    pub ready: bool,
    /// The account's status: `restoring`, `signed-in`, `signed-out` or `ended`.
    pub status: String,
    /// Whether the sign-in form is visible.
    pub form: bool,
    /// Who is signed in; empty if that is nobody.
    pub user: String,
    /// The cart's quantities by article.
    pub lines: BTreeMap<String, u32>,
    /// How many pieces the cart says it has.
    pub count: String,
    /// The cart's total.
    pub total: String,
    /// The senders of the messages shown.
    pub senders: Vec<String>,
    /// The ids of the messages shown.
    pub messages: Vec<String>,
    /// Whether the inbox waits for an answer.
    pub inbox_busy: bool,
    /// Who is blocked.
    pub blocked: Vec<String>,
    /// What the last order's receipt says; empty without one.
    pub receipt: String,
    /// What is said to have gone wrong.
    pub troubles: Vec<String>,
    /// What is noticed for the whole page, by kind.
    pub notices: Vec<String>,
    /// What the burst of requests gave.
    pub burst: String,
}

impl View {
    pub(crate) const SCRIPT: &str = r##"
const all = (selector) => [...document.querySelectorAll(selector)];
const one = (id) => document.querySelector(`[data-testid="${id}"]`);
const text = (id) => one(id)?.textContent.trim() ?? "";
const after = (prefix) => (element) => element.dataset.testid.slice(prefix.length);
const seen = (element) => element?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ?? false;
const messages = all('[data-testid^="message-"]');
const line = (element) => [after("line-")(element), Number(element.querySelector('[data-testid^="qty-"]').textContent)];
return {
  ready: window.app !== undefined && one("inbox") !== null && all('[data-testid^="product-"]').length > 0,
  status: one("account")?.dataset.status ?? "",
  form: seen(one("sign-in-form")),
  user: seen(one("user-name")) ? text("user-name") : "",
  lines: Object.fromEntries(all('[data-testid^="line-"]').map(line)),
  count: text("cart-count"),
  total: text("cart-total"),
  senders: messages.map((message) => message.dataset.from),
  messages: messages.map(after("message-")),
  inboxBusy: document.getElementById("messages")?.getAttribute("aria-busy") !== "false",
  blocked: all('[data-testid="blocked-list"] [data-testid^="unblock-"]').map(after("unblock-")),
  receipt: seen(one("order-result")) ? text("order-result") : "",
  troubles: all('[role="alert"]').filter(seen).map((element) => element.textContent.trim()).filter(Boolean),
  notices: all("#notices [data-kind]").map((element) => element.dataset.kind),
  burst: text("burst-result"),
};
"##;

    pub(crate) fn of(value: Value) -> Self {
        serde_json::from_value(value).expect("what the page shows")
    }

    /// Whether the shop can be used: all is loaded, and it is known who is signed in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ready && self.status != "restoring" && !self.inbox_busy
    }

    /// Whether the cart has exactly these articles in these quantities, and says so.
    #[must_use]
    pub fn has_cart(&self, lines: &[(&str, u32)]) -> bool {
        let wanted: BTreeMap<String, u32> = lines.iter().map(|(sku, qty)| ((*sku).into(), *qty)).collect();
        self.lines == wanted && self.count == wanted.values().sum::<u32>().to_string()
    }
}
