//! The requests that the library makes for itself: renewing the session, and ending it.

use gloo_net::http::Response;
use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Url;

use super::object::{call, set, set_text, text};
use crate::core::text::integer;
use crate::session::{Answer, AuthConfig};

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
/// `fetch` is the browser's. What others put in its place may reject with anything, on which gloo-net's own sending panics.
pub(super) async fn post(fetch: &Function, address: &str, auth: &AuthConfig) -> Option<Answered> {
    let headers = Object::new();
    set_text(&headers, &auth.csrf.name, &auth.csrf.value);
    set_text(&headers, "Accept", "application/json");
    let init = Object::new();
    set(&init, "headers", &headers);
    for (name, value) in [
        ("method", "POST"),
        ("credentials", "include"),
        ("cache", "no-store"),
        ("redirect", "error"),
    ] {
        set_text(&init, name, value);
    }
    set(&init, "keepalive", &JsValue::TRUE);
    let sent = fetch.call2(&JsValue::UNDEFINED, &address.into(), &init).ok()?;
    let response = JsFuture::from(Promise::resolve(&sent)).await.ok()?;
    // Not by gloo-net, whose errors are half a kilobyte of wasm that nobody would see.
    let body = match call(&response, "text", &JsValue::UNDEFINED, &JsValue::UNDEFINED) {
        Ok(body) => JsFuture::from(Promise::resolve(&body)).await.ok(),
        Err(_) => None,
    };
    let response = Response::from(response.unchecked_into::<web_sys::Response>());
    let retry_after = response.headers().get("Retry-After");
    Some(Answered {
        status: response.status(),
        body: body.and_then(|body| body.as_string()).unwrap_or_default(),
        retry_after: retry_after.and_then(|value| integer(&value, 10)),
    })
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
    let url = Url::new(&web_sys::Request::new_with_str(address).ok()?.url()).ok()?;
    Some(text(&url, "origin") + &text(&url, "pathname"))
}
