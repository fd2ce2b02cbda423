use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::{Event, Failure, Watcher};
use crate::error::Error;

#[wasm_bindgen]
extern "C" {
    /// Whoever opens a client, as JavaScript: makes its errors, and hears of its changes and events.
    #[derive(Clone)]
    pub type Host;

    #[wasm_bindgen(method)]
    fn error(this: &Host, code: &str, message: &str) -> JsValue;

    // A listener that throws has been reported by the facade: it must not stop the client.
    #[wasm_bindgen(method, catch)]
    fn changed(this: &Host, slice: usize, keys: Vec<String>) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn event(this: &Host, name: &str, detail: &JsValue) -> Result<(), JsValue>;
}

impl Host {
    /// What is thrown for an error.
    pub(super) fn refuse(&self, error: &Error) -> JsValue {
        self.error(error.code.as_str(), &error.message)
    }

    /// What a promise is rejected with.
    pub(super) fn reject(&self, failure: Failure) -> JsValue {
        match failure {
            Failure::Own(error) => self.refuse(&error),
            Failure::Browser(value) => value,
        }
    }
}

impl Watcher for Host {
    fn changed(&self, slice: usize, keys: &[Rc<str>]) {
        drop(Self::changed(
            self,
            slice,
            keys.iter().map(|key| String::from(&**key)).collect(),
        ));
    }

    fn event(&self, event: Event) {
        let (name, detail) = match &event {
            Event::Request(request) => ("request", detail(request)),
            Event::Refresh { outcome, milliseconds } => (
                "refresh",
                detail(&Refresh {
                    outcome: outcome.as_str(),
                    milliseconds: *milliseconds as u32,
                }),
            ),
            Event::Session(status) => (
                "session",
                detail(&Session {
                    status: status.as_str(),
                }),
            ),
            Event::StorageFull => ("storage-full", detail(&Nothing {})),
            Event::Corrupt(key) => ("corrupt", detail(&Entry { key })),
            Event::NewerVersion(key) => ("newer-version", detail(&Entry { key })),
        };
        drop(Self::event(self, name, &detail));
    }
}

#[derive(Serialize)]
struct Refresh {
    outcome: &'static str,
    milliseconds: u32,
}

#[derive(Serialize)]
struct Session {
    status: &'static str,
}

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
}

#[derive(Serialize)]
struct Nothing {}

fn detail(value: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap_or_default()
}
