use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use holdall::browser::{Driver, Event, Failure, RequestEvent, Watcher};
use holdall::client::Config;
use holdall::error::Error;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::Response;

/// A client, and what it has said. It is closed when this is dropped.
pub(crate) struct Opened {
    driver: Rc<Driver>,
    leave_open: Cell<bool>,
    pub(crate) heard: Rc<Heard>,
}

type Listener = Rc<dyn Fn(&str)>;

/// All that a client has told its watcher.
#[derive(Default)]
pub(crate) struct Heard {
    changes: RefCell<Vec<(usize, Vec<String>)>>,
    events: RefCell<Vec<Event>>,
    /// Called with each event, in short.
    listener: RefCell<Option<Listener>>,
    /// What another library answers, and why it was asked.
    source: RefCell<String>,
    asked: RefCell<Vec<String>>,
}

struct Recorder(Rc<Heard>);

impl Opened {
    pub(super) fn new(config: &Config) -> Result<Self, Error> {
        let heard = Rc::<Heard>::default();
        let driver = Driver::open(config, Box::new(Recorder(heard.clone())))?;
        Ok(Self {
            driver,
            leave_open: Cell::new(false),
            heard,
        })
    }

    /// The client, for calls that take it by value.
    pub(crate) fn driver(&self) -> Rc<Driver> {
        self.driver.clone()
    }

    /// Drops it without closing it.
    pub(crate) fn drop_unclosed(self) {
        self.leave_open.set(true);
    }

    pub(crate) fn put(&self, slice: usize, key: &str, json: &str) {
        self.change(|client| client.store.put(slice, key, json)).unwrap();
    }

    pub(crate) fn increment(&self, slice: usize, key: &str, field: &str, by: f64) {
        self.change(|client| client.store.increment(slice, key, field, by, None))
            .unwrap();
    }

    pub(crate) fn entry(&self, slice: usize, key: &str) -> Option<String> {
        self.read(|client| client.store.entry(slice, key))
    }

    pub(crate) fn keys(&self, slice: usize) -> Vec<String> {
        let keys = self.read(|client| client.store.keys(slice));
        keys.iter().map(|key| String::from(&**key)).collect()
    }

    pub(crate) fn status(&self) -> &'static str {
        self.read(|client| client.session.status()).as_str()
    }

    /// Signs in with a token that lives so many seconds.
    pub(crate) fn signed_in(&self, token: &str, seconds: u32) {
        let response = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{seconds}}}"#);
        self.sign_in(&response, Some(r#"{"sub":"ada"}"#)).unwrap();
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn fetch(&self, address: &str, init: &JsValue) -> Result<Response, Failure> {
        self.fetch_input(&address.into(), init).await
    }

    pub(crate) async fn fetch_input(&self, input: &JsValue, init: &JsValue) -> Result<Response, Failure> {
        let sent = self.send(input, init)?;
        let response = self.driver.clone().answer(sent).await?;
        Ok(response.unchecked_into())
    }

    /// Sends a request now, for a promise of its answer. It rejects with an own error's code, or with what the browser threw.
    pub(crate) fn start(&self, address: &str, init: &JsValue) -> Promise {
        self.start_input(&address.into(), init)
    }

    pub(crate) fn start_input(&self, input: &JsValue, init: &JsValue) -> Promise {
        let sent = self.send(input, init);
        let driver = self.driver.clone();
        future_to_promise(async move { driver.answer(sent.map_err(thrown)?).await.map_err(thrown) })
    }
}

impl Deref for Opened {
    type Target = Rc<Driver>;

    fn deref(&self) -> &Rc<Driver> {
        &self.driver
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if !self.leave_open.get() {
            self.driver.close();
        }
    }
}

impl Heard {
    /// The changes since this was asked last.
    pub(crate) fn changes(&self) -> Vec<(usize, Vec<String>)> {
        self.changes.take()
    }

    /// The events since this was asked last, in short.
    pub(crate) fn events(&self) -> Vec<String> {
        self.events.take().iter().map(in_short).collect()
    }

    /// The request events since events were asked for last.
    pub(crate) fn requests(&self) -> Vec<RequestEvent> {
        let requests = self.events.take().into_iter().filter_map(|event| match event {
            Event::Request(request) => Some(request),
            _ => None,
        });
        requests.collect()
    }

    /// Has each event told, in short, to a function that may call the client.
    pub(crate) fn when_told(&self, listener: impl Fn(&str) + 'static) {
        *self.listener.borrow_mut() = Some(Rc::new(listener));
    }

    /// What another library answers from now on; nothing if it is empty.
    pub(crate) fn set_source(&self, response: &str) {
        *self.source.borrow_mut() = response.to_owned();
    }

    /// Why another library was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    /// All events, as a log would show them.
    pub(crate) fn debug(&self) -> String {
        format!("{:?}", self.events.borrow())
    }
}

impl Watcher for Recorder {
    fn changed(&self, slice: usize, keys: &[Rc<str>], _moved: bool) {
        let keys = keys.iter().map(|key| String::from(&**key)).collect();
        self.0.changes.borrow_mut().push((slice, keys));
    }

    fn event(&self, event: Event) {
        let listener = self.0.listener.borrow().clone();
        let told = in_short(&event);
        self.0.events.borrow_mut().push(event);
        if let Some(listener) = listener {
            listener(&told);
        }
    }

    fn source(&self, reason: &str, _: &JsValue) -> JsValue {
        self.0.asked.borrow_mut().push(reason.to_owned());
        let response = self.0.source.borrow().clone();
        if response.is_empty() {
            JsValue::UNDEFINED
        } else {
            response.into()
        }
    }
}

/// The code of an own error, or what the browser threw.
pub(crate) fn code(failure: &Failure) -> String {
    match failure {
        Failure::Own(error) => error.code.as_str().to_owned(),
        Failure::Browser(value) => format!("{value:?}"),
    }
}

/// The code of an own error.
pub(crate) fn own<T>(result: Result<T, Failure>) -> Option<&'static str> {
    match result {
        Err(Failure::Own(error)) => Some(error.code.as_str()),
        _ => None,
    }
}

fn thrown(failure: Failure) -> JsValue {
    match failure {
        Failure::Own(error) => error.code.as_str().into(),
        Failure::Browser(value) => value,
    }
}

fn in_short(event: &Event) -> String {
    match event {
        Event::Request(request) => format!("request {} {}", request.method, request.status),
        Event::Refresh { outcome, .. } => format!("refresh {}", outcome.as_str()),
        Event::Session(status) => format!("session {}", status.as_str()),
        Event::SessionChanged => "session-changed".into(),
        Event::StorageFull => "storage-full".into(),
        Event::Corrupt(key) => format!("corrupt {key}"),
        Event::NewerVersion(key) => format!("newer-version {key}"),
    }
}
