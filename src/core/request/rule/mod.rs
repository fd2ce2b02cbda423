#[cfg(test)]
mod tests;

use super::config::{RuleConfig, SendConfig, Word};
use super::decode::header::is_key;
use super::encode::NO_BODY;
use super::error::RuleError;
use super::pattern::{Pattern, normalise};
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
    /// The `match` of the rule that says `consume`, as one ingredient of the [key](super::idempotency_key); else empty.
    pub key: String,
    /// Whether a redirect may be followed although state travels in a header or the body.
    pub follow_redirects: bool,
    pub(super) bodiless: bool,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// Its index.
    pub slice: usize,
    /// Its name in the application.
    pub slice_name: String,
    /// Its name on the way.
    pub name: String,
    /// Where it travels.
    pub place: Place,
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
        Ok(Self(rules))
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
            follow_redirects: false,
            bodiless: is_bodiless(target.method),
        };
        let mut matched = false;
        for rule in &self.0 {
            if !rule.pattern.matches(target, &path) {
                continue;
            }
            matched = true;
            plan.token = rule.token.unwrap_or(plan.token);
            plan.follow_redirects = rule.follow_redirects.unwrap_or(plan.follow_redirects);
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

/// Boxed: each `?` of the many here would copy it otherwise, which costs the wasm build bytes.
type Refused = Box<RuleError>;

#[derive(Debug, Clone)]
struct Rule {
    text: String,
    pattern: Pattern,
    token: Option<TokenUse>,
    /// `None`: taken away.
    sends: Vec<(usize, Option<Send>)>,
    consume: Option<Vec<usize>>,
    follow_redirects: Option<bool>,
}

impl Rule {
    fn sends(&self, slice: usize) -> bool {
        self.sends.iter().any(|(sent, send)| *sent == slice && send.is_some())
    }

    fn compile(config: &RuleConfig, slices: &[SliceInfo<'_>]) -> Result<Self, Refused> {
        let text = config.pattern.as_str();
        if let Some(unknown) = &config.unknown {
            return Err(bad(
                text,
                "a rule has `match`, `token`, `send`, `consume` and `redirect`",
                unknown,
            ));
        }
        let pattern = Pattern::compile(text).map_err(|(why, word)| bad(text, why, word))?;
        let token = match &config.token {
            None => None,
            Some(Word::Bool(false)) => Some(TokenUse::None),
            Some(Word::Bool(true)) => Some(TokenUse::IfSignedIn),
            Some(Word::Text(word)) if word == "required" => Some(TokenUse::Required),
            Some(Word::Text(word)) => return Err(bad(text, "`token` is true, false or \"required\"", word)),
        };
        let follow_redirects = match config.redirect.as_deref() {
            None => None,
            Some("error") => Some(false),
            Some("follow") => Some(true),
            Some(word) => return Err(bad(text, "`redirect` is \"error\" or \"follow\"", word)),
        };
        let mut sends = Vec::with_capacity(config.send.len());
        for (name, send) in &config.send {
            let (index, slice) = find(text, name, slices)?;
            let send = compile_send(text, index, slice, send)?;
            let in_body = send.as_ref().is_some_and(|send| send.place == Place::Body);
            if in_body && pattern.methods.iter().any(|method| is_bodiless(method)) {
                return Err(bad(text, NO_BODY, name));
            }
            sends.push((index, send));
        }
        let consume = match &config.consume {
            None => None,
            Some(names) => {
                let mut indices = Vec::with_capacity(names.len());
                for name in names {
                    indices.push(find(text, name, slices)?.0);
                }
                Some(indices)
            }
        };
        Ok(Self {
            text: text.to_owned(),
            pattern,
            token,
            sends,
            consume,
            follow_redirects,
        })
    }
}

fn compile_send(rule: &str, index: usize, slice: SliceInfo<'_>, config: &SendConfig) -> Result<Option<Send>, Refused> {
    if let Some(unknown) = &config.unknown {
        return Err(bad(rule, "how a slice is sent has `in`, `style` and `as`", unknown));
    }
    let place = match &config.place {
        Some(Word::Bool(false)) => return Ok(None),
        Some(Word::Text(word)) => word.as_str(),
        None | Some(Word::Bool(true)) => "",
    };
    let style = match config.style.as_deref() {
        None | Some("form") => Style::Form,
        Some("deepObject") => Style::DeepObject,
        Some("json") => Style::Json,
        Some(word) => return Err(bad(rule, "`style` is \"form\", \"deepObject\" or \"json\"", word)),
    };
    let place = match place {
        "query" => Place::Query(style),
        "header" => Place::Header,
        "body" => Place::Body,
        _ => {
            return Err(bad(
                rule,
                "a slice is sent in \"query\", \"header\" or \"body\", or not (false)",
                slice.name,
            ));
        }
    };
    if config.style.is_some() && !matches!(place, Place::Query(_)) {
        return Err(bad(rule, "only a query has a `style`", slice.name));
    }
    if place == Place::Query(Style::DeepObject) && slice.kind == Kind::Set {
        let why = "a set has no names for deepObject; use form or json";
        return Err(Box::new(RuleError::NotEncodable {
            rule: rule.to_owned(),
            slice: slice.name.to_owned(),
            why,
        }));
    }
    if place == Place::Query(Style::Form) && slice.kind != Kind::Set && config.name.is_some() {
        return Err(bad(rule, "`as` needs the style deepObject or json", slice.name));
    }
    let name = config.name.as_deref().unwrap_or(slice.name);
    if name.is_empty() {
        return Err(bad(rule, "`as` is empty", slice.name));
    }
    if place == Place::Header && !is_key(name) {
        return Err(bad(rule, "write header keys in lower case: rename it with `as`", name));
    }
    Ok(Some(Send {
        slice: index,
        slice_name: slice.name.to_owned(),
        name: name.to_owned(),
        place,
    }))
}

fn find<'a>(rule: &str, name: &str, slices: &[SliceInfo<'a>]) -> Result<(usize, SliceInfo<'a>), Refused> {
    let mut known = Vec::new();
    for (index, slice) in slices.iter().enumerate() {
        if slice.name == name {
            return Ok((index, *slice));
        }
        known.push(slice.name.to_owned());
    }
    Err(Box::new(RuleError::UnknownSlice {
        rule: rule.to_owned(),
        slice: name.to_owned(),
        known,
    }))
}

fn is_bodiless(method: &str) -> bool {
    method == "GET" || method == "HEAD"
}

fn bad(rule: &str, why: &'static str, word: &str) -> Refused {
    Box::new(RuleError::BadRule {
        rule: rule.to_owned(),
        why,
        word: word.to_owned(),
    })
}
