use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Url};

use super::replace::{Replaced, replace};
use super::{construct, object, text_of};

/// A stand-in for `fetch`, which records what it is called with. The browser's own comes back when this is dropped.
///
/// Clients take their `fetch` when they are opened, so it has to be there before.
pub(crate) struct Network {
    calls: Rc<RefCell<Vec<Rc<Call>>>>,
    _replaced: Replaced,
}

/// One call of `fetch`.
pub(crate) struct Call {
    pub(crate) input: JsValue,
    pub(crate) init: JsValue,
    /// What the browser makes of it.
    pub(crate) request: Request,
}

impl Network {
    /// One that answers as it is told.
    pub(crate) fn new(answer: impl Fn(&Call) -> Promise + 'static) -> Self {
        let calls = Rc::<RefCell<Vec<Rc<Call>>>>::default();
        let recorded = calls.clone();
        let fetch = move |input: JsValue, init: JsValue| {
            let call = match Call::parse(input, init) {
                Ok(call) => Rc::new(call),
                // As `fetch` does with what can't be a request.
                Err(error) => return Promise::reject(&error),
            };
            recorded.borrow_mut().push(call.clone());
            answer(&call)
        };
        // Clients that outlive the test may still call it.
        let fetch = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(fetch).into_js_value();
        Self {
            calls,
            _replaced: replace(&js_sys::global(), "fetch", &fetch),
        }
    }

    /// One that answers everything with 200 and `{}`.
    pub(crate) fn ok() -> Self {
        Self::new(|_| reply(200, "{}"))
    }

    /// One that answers what goes to `path` when it is told, and everything else with that status.
    pub(crate) fn held(path: &'static str, status: u16) -> (Self, Gate) {
        let gate = Gate::new();
        let answer = gate.promise();
        let network = Self::new(move |call| match call.path() == path {
            true => answer.clone(),
            false => reply(status, ""),
        });
        (network, gate)
    }

    pub(crate) fn calls(&self) -> Vec<Rc<Call>> {
        self.calls.borrow().clone()
    }

    /// Those to that path.
    pub(crate) fn to(&self, path: &str) -> Vec<Rc<Call>> {
        let calls = self.calls.borrow();
        calls.iter().filter(|call| call.path() == path).cloned().collect()
    }

    /// The only call there was.
    pub(crate) fn only(&self) -> Rc<Call> {
        let calls = self.calls();
        assert_eq!(calls.len(), 1, "one call of fetch");
        calls[0].clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.calls.borrow().len()
    }
}

impl Call {
    fn parse(input: JsValue, init: JsValue) -> Result<Self, JsValue> {
        // A copy, so that looking at it doesn't use up the body.
        let request = match input.dyn_ref::<Request>() {
            Some(request) if init.is_undefined() => request.clone()?,
            _ => Request::new_with_request_and_init(input.unchecked_ref(), init.unchecked_ref())?,
        };
        Ok(Self { input, init, request })
    }

    pub(crate) fn path(&self) -> String {
        self.url().pathname()
    }

    /// The query, with its question mark.
    pub(crate) fn query(&self) -> String {
        self.url().search()
    }

    pub(crate) fn url(&self) -> Url {
        Url::new(&self.request.url()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).unwrap()
    }

    /// The bearer token.
    pub(crate) fn token(&self) -> Option<String> {
        let header = self.header("Authorization")?;
        Some(header.strip_prefix("Bearer ").unwrap_or(&header).to_owned())
    }

    pub(crate) async fn text(&self) -> String {
        text_of(&self.request).await
    }
}

/// An answer that comes when it is told.
#[derive(Clone)]
pub(crate) struct Gate {
    promise: Promise,
    open: Rc<RefCell<Option<Function>>>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        let open = Rc::<RefCell<Option<Function>>>::default();
        let promise = Promise::new(&mut |resolve, _| *open.borrow_mut() = Some(resolve));
        Self { promise, open }
    }

    /// The answer, when it comes.
    pub(crate) fn promise(&self) -> Promise {
        self.promise.clone()
    }

    /// Lets it come.
    pub(crate) fn open(&self, answer: Promise) {
        let open = self.open.take().expect("opened once");
        open.call1(&JsValue::UNDEFINED, &answer).unwrap();
    }
}

pub(crate) fn reply(status: u16, body: &str) -> Promise {
    reply_with(status, body, &[])
}

pub(crate) fn reply_with(status: u16, body: &str, headers: &[(&str, &str)]) -> Promise {
    // Neither 204 nor 304 may have a body.
    let body = if matches!(status, 204 | 304) {
        JsValue::NULL
    } else {
        body.into()
    };
    let headers: Vec<(&str, JsValue)> = headers.iter().map(|(name, value)| (*name, (*value).into())).collect();
    let init = object(&[("status", status.into()), ("headers", object(&headers))]);
    Promise::resolve(&construct::<JsValue>("Response", &[body, init]))
}

/// The answer of a token endpoint.
pub(crate) fn tokens(token: &str, seconds: u32) -> Promise {
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{seconds}}}"#);
    reply(200, &body)
}

/// What `fetch` does when nobody answers.
pub(crate) fn fail(reason: &JsValue) -> Promise {
    Promise::reject(reason)
}
