//! A caller's request: parsed by the browser, and put together again with token and state.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Object, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FormData, Headers, Request, UrlSearchParams};

use super::Failure;
use super::addresses::{Addresses, Parsed};
use super::headers::HeaderList;
use super::object::{assign, call, construct, get, own, own_text, pairs, set};
use super::wait::{Waiter, is_aborted};
use crate::client::Exchange;
use crate::core::text::{concat, split_once};
use crate::error::{Code, Error};
use crate::request::{Address, EncodeError, Outgoing, check_budget, join_query, merge_json};

/// What the caller gave `fetch`, and what the browser made of it.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) address: Rc<Address>,
    /// The same, as the browser has it.
    url: JsValue,
    /// A `RequestInit` with all that the caller asked for.
    init: Object,
    /// The caller has given one, or a `Request`.
    has_init: bool,
    headers: HeaderList,
    body: Option<JsValue>,
    /// The caller's signal.
    pub(super) signal: Option<JsValue>,
    /// The caller's `Request`.
    given: Option<Request>,
    /// Its body, which is being read.
    unread: Option<Promise>,
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
    /// Lets the browser parse method and address. What a request has beside them is left as it is, for it may go out untouched: headers
    /// may come from an iterator, which gives them once.
    ///
    /// # Errors
    /// The browser's `TypeError`, as `fetch` would reject with.
    pub(super) fn parse(addresses: &Addresses, input: &JsValue, init: &JsValue) -> Result<Self, JsValue> {
        let is_text = input.is_string();
        let given = if is_text { None } else { as_request(input) };
        let has_init = init.is_object();
        let merged = Object::new();
        if has_init {
            assign(&merged, init)?;
        }
        // By name too, as `fetch` looks: a caller's init may inherit, and may be a Request itself.
        let names: &[&str] = match given.is_some() || has_init && !is_plain(init, &merged) {
            true => &COPIED,
            false => &[],
        };
        for name in names {
            let asked = get(init, name);
            let value = match given {
                Some(request) if asked.is_undefined() && *name != "body" => get(request, name),
                _ => asked,
            };
            if !value.is_undefined() {
                set(&merged, name, &value);
            }
        }
        let has_init = given.is_some() || has_init;
        let address = given.map_or_else(|| input.clone(), |request| get(request, "url"));
        let addresses = is_text.then_some(addresses);
        let method = has_init.then(|| own(&merged, "method"));
        let method = method.filter(|method| !method.is_undefined());
        let (method, Parsed { address, url }) = parse(addresses, &address, method)?;
        Ok(Self {
            method,
            address,
            url,
            init: merged,
            has_init,
            headers: HeaderList::default(),
            body: None,
            signal: None,
            given: given.cloned(),
            unread: None,
        })
    }

    /// Takes over headers and body as they are now: the caller may change them while this waits, and a replay must not differ.
    ///
    /// # Errors
    /// The browser's `TypeError`, as `fetch` would reject with.
    pub(super) fn take_over(&mut self) -> Result<(), JsValue> {
        if let Some(headers) = self.read("headers") {
            self.headers = HeaderList::of(&Headers::new_with_headers(headers.unchecked_ref())?);
        }
        self.signal = self.read("signal").filter(|signal| !signal.is_null());
        self.body = self.read("body").filter(|body| !body.is_null());
        if let Some(body) = &self.body
            && let Some(copy) = copy(body)?
        {
            set(&self.init, "body", &copy);
            self.body = Some(copy);
        }
        let bodiless = matches!(&*self.method, "GET" | "HEAD") || self.body.is_some();
        // Where it is null there is none; Firefox doesn't say.
        let has_body = |request: &Request| !get(request, "body").is_null();
        if let Some(request) = self.given.take().filter(|request| !bodiless && has_body(request)) {
            let nothing = JsValue::UNDEFINED;
            self.unread = Some(call(&request, "arrayBuffer", &nothing, &nothing)?.unchecked_into());
        }
        Ok(())
    }

    /// What the caller has given under that name.
    fn read(&self, name: &str) -> Option<JsValue> {
        let value = self.has_init.then(|| own(&self.init, name))?;
        (!value.is_undefined()).then_some(value)
    }

    /// Whether [`read_body`](Self::read_body) has to come first.
    pub(super) fn has_unread_body(&self) -> bool {
        self.unread.is_some()
    }

    /// Reads the body of the caller's `Request`, so that it can go to another URL, and twice.
    ///
    /// # Errors
    /// The browser's `TypeError` if it has been used, or the reason of the caller's signal.
    pub(super) async fn read_body(&mut self) -> Result<(), Failure> {
        if let Some(body) = self.unread.take() {
            let body = Waiter::of(body).until(self.signal.as_ref()).await?;
            if get(&body, "byteLength") != 0 {
                set(&self.init, "body", &body);
                self.body = Some(body);
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
        self.signal.as_ref().is_some_and(is_aborted)
    }

    /// Whether the body can be sent only once.
    pub(super) fn is_streamed(&self) -> bool {
        let body = self.body.as_ref();
        body.is_some_and(|body| get(body, "getReader").is_function())
    }

    /// What the caller asks for: method, address, and the body as far as it is text. Files and streams aren't read for it.
    pub(super) fn asked(&self) -> String {
        let mut asked = concat(&["\n", &self.method, " ", self.address.whole()]);
        let Some(body) = &self.body else { return asked };
        let mut add = |text: Option<String>| asked.push_str(&concat(&["\n", &text.unwrap_or_default()]));
        if form_class(body).is_some() {
            for (name, value) in pairs(body) {
                add(name.as_string());
                add(value.as_string());
            }
        } else {
            add(body_text(body));
        }
        asked
    }

    /// URL and `RequestInit` of the request as it goes out. Where the caller brings its own credentials, the exchange's are left out.
    ///
    /// # Errors
    /// [`Failure`]: what can't be put on this request, or what the browser refuses.
    pub(super) fn assemble(&self, exchange: &mut Exchange) -> Result<(JsValue, Object), Failure> {
        let init = assign(&Object::new(), &self.init)?;
        let mut headers = self.headers.clone();
        let outgoing = &exchange.outgoing;
        let (mut url, mut octets) = (self.url.clone(), self.address.whole().len());
        if !outgoing.query.is_empty() {
            let joined = join_query(self.address.query(), &outgoing.query).map_err(Error::from)?;
            let whole = self.address.with_query(&joined);
            (url, octets) = (JsValue::from_str(&whole), whole.len());
        }
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
            check_budget(&exchange.plan, outgoing, octets, headers.size()).map_err(Error::from)?;
        }
        set(&init, "headers", &headers.to_js());
        if exchange.forbids_redirects() && own(&init, "redirect") != "error" {
            // Not "error": that would look like a failed network, though the server may have done its work.
            set(&init, "redirect", &"manual".into());
        }
        Ok((url, init))
    }

    fn body(&self, outgoing: &Outgoing, headers: &mut HeaderList) -> Result<JsValue, Failure> {
        let members = &outgoing.body_members;
        let mut text = None;
        if let Some(body) = &self.body {
            if let Some(copy) = copy_form(body)? {
                for (name, json) in members {
                    let key = JsValue::from_str(name);
                    if call(body, "has", &key, &JsValue::UNDEFINED)?.is_truthy() {
                        return Err(Error::from(EncodeError::field_clash(name)).into());
                    }
                    call(&copy, "append", &key, &json.into())?;
                }
                return Ok(copy);
            }
            text = body_text(body);
        }
        let none = self.body.is_none();
        let is_json = headers.get("Content-Type").is_some_and(is_json);
        if !none && (text.is_none() || !is_json) {
            return Err(Error::new(
                Code::BodyNotMergeable,
                &[
                    "the state can't be put into this body: send JSON (with that Content-Type), FormData or URLSearchParams, \
                     or the state elsewhere",
                ],
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

/// `new Request(input, init)`: what the browser makes of them.
///
/// # Errors
/// The browser's `TypeError`.
pub(super) fn parsed(input: &JsValue, init: &JsValue) -> Result<JsValue, JsValue> {
    Request::new_with_request_and_init(input.unchecked_ref(), init.unchecked_ref()).map(JsValue::from)
}

/// Has the browser parse method and address, unless it has done so before. Its constructor turns whatever it is given into a string
/// itself, a URL object too.
fn parse(
    addresses: Option<&Addresses>,
    address: &JsValue,
    method: Option<JsValue>,
) -> Result<(String, Parsed), JsValue> {
    let plain = method.as_ref().map_or(Some("GET"), plain_method);
    let known = addresses.zip(plain);
    if let Some((addresses, method)) = known
        && let Some(found) = addresses.find(address)
    {
        return Ok((method.to_owned(), found));
    }
    let mut init = JsValue::UNDEFINED;
    if let Some(method) = method {
        let with_method = Object::new();
        set(&with_method, "method", &method);
        init = with_method.into();
    }
    let request = parsed(address, &init)?;
    let url = own(&request, "url");
    let found = Parsed {
        address: Rc::new(Address::new(url.as_string().unwrap_or_default())),
        url,
    };
    // A `data:` URL may be as large as its data.
    if let Some((addresses, _)) = known
        && !found.address.origin().is_empty()
    {
        addresses.keep(address, &found);
    }
    Ok((own_text(&request, "method"), found))
}

/// A method that the constructor leaves as it is (Fetch §2.2.1).
fn plain_method(method: &JsValue) -> Option<&'static str> {
    let method = method.as_string()?;
    ["GET", "POST", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .find(|plain| **plain == *method)
}

/// A `Request`, of this window or of another, whose class is another.
fn as_request(input: &JsValue) -> Option<&Request> {
    let is_request = get(input, "method").is_string() && get(input, "arrayBuffer").is_function();
    is_request.then(|| input.unchecked_ref())
}

/// A copy of a form or of bytes, which the caller may change, and `fetch` doesn't share either; `None` for any other body.
fn copy(body: &JsValue) -> Result<Option<JsValue>, JsValue> {
    let nothing = JsValue::UNDEFINED;
    if get(body, "byteLength").as_f64().is_some() && get(body, "slice").is_function() {
        return call(body, "slice", &nothing, &nothing).map(Some);
    }
    copy_form(body)
}

/// Whether an object inherits nothing but what a plain one does, so that its own properties are all it has.
fn is_plain(object: &JsValue, plain: &Object) -> bool {
    let (inherited, usual): (JsValue, JsValue) = (
        Object::get_prototype_of(object).into(),
        Object::get_prototype_of(plain).into(),
    );
    inherited == usual
}

/// The text of a body, or of bytes that a `Request` was read to.
fn body_text(body: &JsValue) -> Option<String> {
    match body.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => String::from_utf8(Uint8Array::new(buffer).to_vec()).ok(),
        None => body.as_string(),
    }
}

/// The class of a form; `None` for any other body.
fn form_class(body: &JsValue) -> Option<&'static str> {
    if body.has_type::<FormData>() {
        Some("FormData")
    } else {
        body.has_type::<UrlSearchParams>().then_some("URLSearchParams")
    }
}

/// A copy of a form; `None` for any other body.
fn copy_form(body: &JsValue) -> Result<Option<JsValue>, JsValue> {
    let Some(form) = form_class(body) else { return Ok(None) };
    let copy = construct(form, &JsValue::UNDEFINED);
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
