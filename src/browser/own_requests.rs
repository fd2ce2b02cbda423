//! The requests that the library makes for itself: renewing the session, and ending it.

use gloo_net::http::Response;
use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};

use super::clock;
use super::object::{call, own_text, set, set_text};
use super::promise::awaited;
use super::request::parsed;
use crate::core::text::integer;
use crate::request::Address;
use crate::session::{Answer, AuthConfig, Secret};

/// An answer, read.
pub(super) struct Answered {
    status: u16,
    body: String,
    retry_after: Option<u64>,
}

/// POSTs to an endpoint of the session, with its cookie. `None`: nobody answered.
///
/// The request outlives the page and is never aborted: were it, a server that has rotated the cookie would have told nobody.
///
/// A body is a form that holds what the cookie would: then no cookie goes.
///
/// `fetch` is the browser's. What others put in its place may reject with anything, on which gloo-net's own sending panics.
pub(super) async fn post(
    fetch: &Function,
    address: &str,
    auth: &AuthConfig,
    form: Option<&Secret>,
) -> Option<Answered> {
    let headers = Object::new();
    let init = Object::new();
    if let Some(form) = form {
        set_text(&headers, "Content-Type", "application/x-www-form-urlencoded");
        set_text(&init, "body", &form.0);
    } else {
        set_text(&headers, &auth.csrf.name, &auth.csrf.value);
    }
    set_text(&headers, "Accept", "application/json");
    set(&init, "headers", &headers);
    for (name, value) in [
        ("method", "POST"),
        ("credentials", if form.is_some() { "omit" } else { "include" }),
        ("cache", "no-store"),
        ("redirect", "error"),
    ] {
        set_text(&init, name, value);
    }
    set(&init, "keepalive", &JsValue::TRUE);
    let sent = fetch.call2(&JsValue::UNDEFINED, &address.into(), &init).ok()?;
    let response = awaited(&Promise::resolve(&sent)).await.ok()?;
    // Not by gloo-net, whose errors are half a kilobyte of wasm that nobody would see.
    let body = match call(&response, "text", &JsValue::UNDEFINED, &JsValue::UNDEFINED) {
        Ok(body) => awaited(&Promise::resolve(&body)).await.ok(),
        Err(_) => None,
    };
    let response = Response::from(response.unchecked_into::<web_sys::Response>());
    // What the server has granted is lost if it was cut off.
    if body.is_none() && response.ok() {
        return None;
    }
    let headers = response.headers();
    let retry_after = headers.get("Retry-After");
    Some(Answered {
        status: response.status(),
        body: body.and_then(|body| body.as_string()).unwrap_or_default(),
        retry_after: retry_after.and_then(|value| seconds_until(&value, headers.get("Date").as_deref())),
    })
}

/// Asks another library, which gives a promise of a token response as JSON, or of nothing: nobody is signed in.
pub(super) async fn ask(promised: &JsValue) -> Option<Answered> {
    let given = awaited(&Promise::resolve(promised)).await.ok()?.as_string();
    Some(Answered {
        status: if given.is_some() { 200 } else { 401 },
        body: given.unwrap_or_default(),
        retry_after: None,
    })
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date, which is compared with the server's own clock where it tells.
fn seconds_until(value: &str, date: Option<&str>) -> Option<u64> {
    if let Some(seconds) = integer(value, 10) {
        return Some(seconds);
    }
    let now = date.map_or(f64::NAN, js_sys::Date::parse);
    let now = if now.is_nan() { clock::now().wall as f64 } else { now };
    let wait = (js_sys::Date::parse(value) - now) / 1_000.0;
    (!wait.is_nan()).then_some(wait as u64)
}

impl Answered {
    /// As the core takes it.
    pub(super) fn as_answer(answered: Option<&Self>) -> Answer<'_> {
        match answered {
            None => Answer::Unreachable,
            Some(Self {
                status,
                body,
                retry_after,
            }) => Answer::Response {
                status: *status,
                body,
                retry_after: *retry_after,
            },
        }
    }
}

/// An endpoint's origin and path, as the browser parses it.
pub(super) fn origin_and_path(address: &str) -> Option<String> {
    let address = Address::new(own_text(&parsed(&address.into(), &JsValue::UNDEFINED).ok()?, "url"));
    Some(address.without_query().to_owned())
}
