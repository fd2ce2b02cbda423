//! A caller's request: parsed by the browser, and put together again with token and state.

use js_sys::{ArrayBuffer, Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, FormData, Headers, Request, UrlSearchParams};

use super::Failure;
use super::headers::HeaderList;
use super::object::{call, get, own, pairs, set};
use crate::client::Exchange;
use crate::core::text::{concat, split_once};
use crate::error::{Code, Error};
use crate::request::{Address, EncodeError, Outgoing, check_budget, join_query, merge_json};

/// What the caller gave `fetch`, and what the browser made of it.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) address: Address,
    /// The caller's signal.
    pub(super) signal: Option<AbortSignal>,
    /// A `RequestInit` with all that the caller asked for.
    init: Object,
    /// The caller's `Request`, whose body is still to be read.
    unread: Option<Request>,
}

/// All that a `RequestInit` can take over from a `Request`; its body is read instead.
const COPIED: [&str; 13] = [
    "body",
    "duplex",
    "signal",
    "method",
    "headers",
    "mode",
    "credentials",
    "cache",
    "redirect",
    "referrer",
    "referrerPolicy",
    "integrity",
    "keepalive",
];

impl Call {
    /// Lets the browser parse it.
    ///
    /// # Errors
    /// The browser's `TypeError`, as `fetch` would reject with.
    pub(super) fn parse(input: &JsValue, init: &JsValue) -> Result<Self, JsValue> {
        let given = input.dyn_ref::<Request>();
        let nothing = JsValue::UNDEFINED;
        let request = if given.is_some() { input } else { &nothing };
        // Without a body, so that the caller's own isn't used up by looking at it.
        let (address, method) = match given {
            Some(request) => (get(request, "url"), get(request, "method")),
            None => (input.clone(), JsValue::UNDEFINED),
        };
        let overriding = get(init, "method");
        let method = if overriding.is_undefined() { method } else { overriding };
        let mut looked_at = JsValue::UNDEFINED;
        if !method.is_undefined() {
            let with_method = Object::new();
            set(&with_method, "method", &method);
            looked_at = with_method.into();
        }
        // The constructor turns whatever it is given into a string itself, a URL object too.
        let parsed = Request::new_with_request_and_init(address.unchecked_ref(), looked_at.unchecked_ref())?;

        let merged = Object::new();
        if init.is_object() {
            Object::assign(&merged, init.unchecked_ref());
        }
        // By name too, as `fetch` looks: a caller's init may inherit, and may be a Request itself.
        let names: &[&str] = if given.is_none() && is_plain(init) {
            &[]
        } else {
            &COPIED
        };
        for name in names {
            let given = get(init, name);
            let value = if given.is_undefined() && *name != "body" {
                get(request, name)
            } else {
                given
            };
            if !value.is_undefined() {
                set(&merged, name, &value);
            }
        }
        // As it is now: the caller may change it while this waits, and a replay must not differ.
        let headers = own(&merged, "headers");
        if !headers.is_undefined() {
            set(
                &merged,
                "headers",
                &Headers::new_with_headers(headers.unchecked_ref())?.into(),
            );
        }
        let body = own(&merged, "body");
        if let Some(copy) = copy_form(&body)? {
            set(&merged, "body", &copy);
        }
        let signal = own(&merged, "signal").dyn_into().ok();
        let method = parsed.method();
        let bodiless = matches!(&*method, "GET" | "HEAD") || !(body.is_undefined() || body.is_null());
        // Where it is null there is none; Firefox doesn't say.
        let unread = given.filter(|_| !bodiless && !get(request, "body").is_null()).cloned();
        Ok(Self {
            method,
            address: Address::new(parsed.url()),
            signal,
            init: merged,
            unread,
        })
    }

    /// Whether [`read_body`](Self::read_body) has to come first.
    pub(super) fn has_unread_body(&self) -> bool {
        self.unread.is_some()
    }

    /// Reads the body of the caller's `Request`, so that it can go to another URL, and twice.
    ///
    /// # Errors
    /// The browser's `TypeError` if it has been used.
    pub(super) async fn read_body(&mut self) -> Result<(), JsValue> {
        if let Some(request) = self.unread.take() {
            let body = JsFuture::from(request.array_buffer()?).await?;
            if get(&body, "byteLength") != 0 {
                set(&self.init, "body", &body);
            }
        }
        Ok(())
    }

    /// Whether the caller wants to see redirects, and not the client.
    pub(super) fn handles_redirects(&self) -> bool {
        own(&self.init, "redirect") == "manual"
    }

    /// Whether the caller has given it up.
    pub(super) fn is_aborted(&self) -> bool {
        self.signal.as_ref().is_some_and(AbortSignal::aborted)
    }

    /// Whether the body can be sent only once.
    pub(super) fn is_streamed(&self) -> bool {
        let body = own(&self.init, "body");
        !body.is_undefined() && get(&body, "getReader").is_function()
    }

    /// URL and `RequestInit` of the request as it goes out. Where the caller brings its own credentials, the exchange's are left out.
    ///
    /// # Errors
    /// [`Failure`]: what can't be put on this request, or what the browser refuses.
    pub(super) fn assemble(&self, exchange: &mut Exchange) -> Result<(String, Object), Failure> {
        let init = Object::assign(&Object::new(), &self.init);
        let mut headers = HeaderList::of(&own(&self.init, "headers"));
        let outgoing = &exchange.outgoing;
        let url = match outgoing.query.is_empty() {
            true => self.address.whole().to_owned(),
            false => {
                let joined = join_query(self.address.query(), &outgoing.query).map_err(Error::from)?;
                self.address.with_query(&joined)
            }
        };
        if let Some(state) = &outgoing.state_header {
            if headers.get("Holdall-State").is_some() {
                return Err(Error::from(EncodeError::field_clash("Holdall-State")).into());
            }
            headers.set("Holdall-State", state);
        }
        if !outgoing.body_members.is_empty() {
            set(&init, "body", &self.body(outgoing, &mut headers)?);
        }
        exchange.keyed = headers.get("Idempotency-Key").is_some();
        if let Some(key) = exchange.idempotency_key.as_ref().filter(|_| !exchange.keyed) {
            headers.set("Idempotency-Key", key);
        }
        if headers.get("Authorization").is_some() {
            exchange.credentials = None;
        } else if let Some(credentials) = &exchange.credentials {
            headers.set("Authorization", &concat(&["Bearer ", &credentials.token]));
        }
        if let Some(method) = exchange.method {
            set(&init, "method", &method.into());
        }
        let outgoing = &exchange.outgoing;
        let adds_headers = exchange.credentials.is_some()
            || outgoing.state_header.is_some()
            || exchange.idempotency_key.is_some()
            // JSON says so in a header, and is none without.
            || !outgoing.body_members.is_empty() && own(&init, "body").is_string();
        if adds_headers && own(&init, "mode") == "no-cors" {
            // The browser would drop them without a word.
            return Err(Error::new(
                Code::NotEncodable,
                &["mode no-cors can't carry a token or a header; leave it out"],
            )
            .into());
        }
        if !outgoing.query.is_empty() || outgoing.state_header.is_some() {
            check_budget(&exchange.plan, outgoing, url.len(), headers.size()).map_err(Error::from)?;
        }
        set(&init, "headers", &headers.to_js());
        if exchange.forbids_redirects() && own(&init, "redirect") != "error" {
            // Not "error": that would look like a failed network, though the server may have done its work.
            set(&init, "redirect", &"manual".into());
        }
        Ok((url, init))
    }

    fn body(&self, outgoing: &Outgoing, headers: &mut HeaderList) -> Result<JsValue, Failure> {
        let body = own(&self.init, "body");
        let members = &outgoing.body_members;
        if let Some(copy) = copy_form(&body)? {
            for (name, json) in members {
                let key = JsValue::from_str(name);
                if call(&body, "has", &key, &JsValue::UNDEFINED)?.is_truthy() {
                    return Err(Error::from(EncodeError::field_clash(name)).into());
                }
                call(&copy, "append", &key, &json.into())?;
            }
            return Ok(copy);
        }
        let none = body.is_null() || body.is_undefined();
        let text = match body.dyn_ref::<ArrayBuffer>() {
            Some(buffer) => String::from_utf8(Uint8Array::new(buffer).to_vec()).ok(),
            None => body.as_string(),
        };
        let is_json = headers.get("Content-Type").is_some_and(is_json);
        if !none && (text.is_none() || !is_json) {
            let why = "send JSON (with that Content-Type), FormData or URLSearchParams, or the state elsewhere";
            return Err(Error::new(
                Code::BodyNotMergeable,
                &["the state can't be put into this body: ", why],
            )
            .into());
        }
        let merged = merge_json(text.as_deref(), members).map_err(Error::from)?;
        if none {
            headers.set("Content-Type", "application/json");
        }
        Ok(merged.into())
    }
}

/// Whether an object inherits nothing but what all do, so that its own properties are all it has.
fn is_plain(object: &JsValue) -> bool {
    !object.is_object()
        || Object::is(
            &Object::get_prototype_of(object),
            &Object::get_prototype_of(&Object::new()),
        )
}

/// A copy of a form; `None` for any other body.
fn copy_form(body: &JsValue) -> Result<Option<JsValue>, JsValue> {
    if body.is_undefined() {
        return Ok(None);
    }
    let copy: JsValue = if body.has_type::<FormData>() {
        FormData::new()?.into()
    } else if body.has_type::<UrlSearchParams>() {
        UrlSearchParams::new()?.into()
    } else {
        return Ok(None);
    };
    for (name, value) in pairs(body) {
        call(&copy, "append", &name, &value)?;
    }
    Ok(Some(copy))
}

/// RFC 9110 §8.3, RFC 6839 §3.1
fn is_json(content_type: &str) -> bool {
    let essence = split_once(content_type, b';').map_or(content_type, |(essence, _)| essence);
    let essence = essence.trim_ascii().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}
