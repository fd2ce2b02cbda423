mod compile;
mod idle;
#[cfg(test)]
mod tests;

use compile::{Rule, bad};

use super::config::RuleConfig;
use super::error::RuleError;
use super::pattern::normalise;
use crate::kind::Kind;
use crate::list::retain;

/// All rules of an application, compiled.
///
/// ```
/// use holdall::json::from_text;
/// use holdall::kind::Kind;
/// use holdall::request::{Place, RuleConfig, Rules, SliceInfo, Style, Target, TokenUse};
///
/// let configs: Vec<RuleConfig> = from_text(
///     r#"[{"match":"/api/*","token":true},
///         {"match":"GET /api/messages","send":{"blocked":"query"}}]"#,
/// )?;
/// let rules = Rules::compile(&configs, &[SliceInfo { name: "blocked", kind: Kind::Set }])?;
///
/// let own = "https://shop.example";
/// let plan = rules.plan(&Target { method: "GET", origin: own, path: "/api/messages", page_origin: own }).unwrap();
/// assert_eq!(plan.token, TokenUse::IfSignedIn);
/// assert_eq!(plan.sends[0].place, Place::Query(Style::Form));
/// assert!(rules.plan(&Target { method: "GET", origin: "https://evil", path: "/api/messages", page_origin: own }).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rules(Vec<Rule>);

/// A slice, as rules need to know it. Its index is its place in the list that is given to [`Rules::compile`].
#[derive(Debug, Clone, Copy)]
pub struct SliceInfo<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: Kind,
}

/// A request, as the browser has parsed it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// As `Request.method` gives it.
    pub method: &'a str,
    /// The origin of its URL, as `URL.origin` gives it.
    pub origin: &'a str,
    /// The path of its URL, as `URL.pathname` gives it: percent-encoded, resolved, without the query.
    pub path: &'a str,
    /// The origin of the page, as `location.origin` gives it.
    pub page_origin: &'a str,
}

/// What one request becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Whether it carries the access token.
    pub token: TokenUse,
    /// What it carries of the state, sorted by the slices' names.
    pub sends: Vec<Send>,
    /// The slices, by index, to remove what was sent from, after a success. All of them are in `sends`.
    pub consume: Vec<usize>,
    /// The `match` of the rule that says `consume`, as one ingredient of the [key](super::idempotency_key); else empty. Whoever has the
    /// request adds what is asked for: method, address, and a body that can be read.
    pub key: String,
    /// The application's function that says of an answer whether to consume; otherwise a status of 2xx does.
    pub consume_if: Option<usize>,
    /// What to do when the state doesn't fit the URL or the headers.
    pub overflow: Overflow,
    /// Whether a redirect may be followed although state travels in a header or the body.
    pub follow_redirects: bool,
    /// How often it may be sent again after a failure that may pass, if it is safe to send it twice.
    pub retry: u64,
    /// Whether it has an `Idempotency-Key`; by default if it consumes.
    pub idempotency: Option<bool>,
    /// How many bytes its URL and headers may have in all, if not as many as is usual.
    pub budget: Option<u64>,
    /// Whether its body can be sent only once; whoever has the request says so.
    pub streamed: bool,
    pub(crate) bodiless: bool,
    /// Whether sending it twice is as good as once, by its method (RFC 9110 §9.2.2).
    pub(crate) idempotent: bool,
}

impl Plan {
    /// Whether it may have an `Idempotency-Key`, so that what the caller asks for has to be added to [`key`](Self::key).
    #[must_use]
    pub fn may_have_key(&self) -> bool {
        self.idempotency.unwrap_or(!self.consume.is_empty())
    }
}

/// What to do when the state doesn't fit the URL or the headers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Refuse the request.
    #[default]
    Error,
    /// Send all state in the body; GET and HEAD become QUERY (RFC 10008), or POST where a server has refused that.
    Query,
    /// Send all state in the body; GET and HEAD become POST.
    Post,
}

/// Whether a request carries the access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// It doesn't.
    None,
    /// It does if somebody is signed in.
    IfSignedIn,
    /// It isn't sent without.
    Required,
}

/// A slice that is to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Send {
    /// Its index.
    pub slice: usize,
    /// Its name in the application.
    pub slice_name: String,
    /// Its name on the way.
    pub name: String,
    /// Where it travels.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// The only fields to send, of an object or of each entry of a map; none: all.
    pub fields: Vec<String>,
    /// The application's function that makes what is sent of the slice.
    pub select: Option<usize>,
    /// What that function has made, as canonical JSON.
    pub selected: Option<String>,
    /// Whether it is sent also while it is empty.
    pub empty: bool,
}

/// Where a slice travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the URL.
    Query(Style),
    /// In the header `Holdall-State`.
    Header,
    /// In the body.
    Body,
}

/// How a slice is written in a query: OpenAPI's parameter styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `form`, exploded: a set is `name=a&name=b`, members of a map or object are parameters of their own.
    Form,
    /// `deepObject`: `name[member]=value`, one level.
    DeepObject,
    /// `name=<JSON>`, for anything.
    Json,
}

impl Rules {
    /// Compiles the rules, in their order.
    ///
    /// # Errors
    /// The first thing that can't be meant: see [`RuleError`].
    pub fn compile(configs: &[RuleConfig], slices: &[SliceInfo<'_>]) -> Result<Self, RuleError> {
        let mut rules = Vec::with_capacity(configs.len());
        for config in configs {
            rules.push(Rule::compile(config, slices).map_err(|refused| *refused)?);
        }
        for rule in &rules {
            for &slice in rule.consume.as_deref().unwrap_or_default() {
                // Another rule that matches the same request may be the one that sends it.
                if !rules.iter().any(|rule| rule.sends(slice)) {
                    let name = slices.get(slice).map_or("", |slice| slice.name);
                    return Err(*bad(&rule.text, "what is consumed must be in `send`", name));
                }
            }
        }
        let rules = Self(rules);
        match rules.find_idle() {
            Some(rule) => Err(*bad(
                rule,
                "later rules override all that it says; correct one of them, or remove it",
                "",
            )),
            None => Ok(rules),
        }
    }

    /// What a request becomes: all matching rules apply, later ones override earlier ones field by field. `None`: no rule matches,
    /// and the request must go out untouched.
    #[must_use]
    pub fn plan(&self, target: &Target<'_>) -> Option<Plan> {
        let path = normalise(target.path);
        let mut plan = Plan {
            token: TokenUse::None,
            sends: Vec::new(),
            consume: Vec::new(),
            key: String::new(),
            consume_if: None,
            overflow: Overflow::Error,
            follow_redirects: false,
            retry: 0,
            idempotency: None,
            budget: None,
            streamed: false,
            bodiless: is_bodiless(target.method),
            idempotent: is_idempotent(target.method),
        };
        let mut matched = false;
        for rule in &self.0 {
            if !rule.pattern.matches(target, &path) {
                continue;
            }
            matched = true;
            plan.token = rule.token.unwrap_or(plan.token);
            plan.consume_if = rule.consume_if.or(plan.consume_if);
            plan.overflow = rule.overflow.unwrap_or(plan.overflow);
            plan.follow_redirects = rule.follow_redirects.unwrap_or(plan.follow_redirects);
            plan.retry = rule.retry.unwrap_or(plan.retry);
            plan.idempotency = rule.idempotency.or(plan.idempotency);
            plan.budget = rule.budget.or(plan.budget);
            if let Some(consume) = &rule.consume {
                plan.consume.clone_from(consume);
                plan.key.clone_from(&rule.text);
            }
            for (slice, send) in &rule.sends {
                retain(&mut plan.sends, |earlier| earlier.slice != *slice);
                if let Some(send) = send {
                    // A few at most: sorting them would bring the wasm build a sorting algorithm.
                    let later = |other: &Send| other.slice_name > send.slice_name;
                    let at = plan.sends.iter().position(later).unwrap_or(plan.sends.len());
                    plan.sends.insert(at, send.clone());
                }
            }
        }
        let sends = &plan.sends;
        retain(&mut plan.consume, |slice| sends.iter().any(|send| send.slice == *slice));
        matched.then_some(plan)
    }
}

/// Without what a function has made, which is state.
impl core::fmt::Debug for Send {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut shown = f.debug_struct("Send");
        shown.field("slice", &self.slice_name).field("name", &self.name);
        shown.field("place", &self.place).field("select", &self.select);
        shown.finish_non_exhaustive()
    }
}

fn is_bodiless(method: &str) -> bool {
    method == "GET" || method == "HEAD"
}

fn is_idempotent(method: &str) -> bool {
    is_bodiless(method) || matches!(method, "PUT" | "DELETE" | "OPTIONS" | "QUERY")
}
