//! The headers of a request, as pairs: browsers take longer for the half of a request if they are given as a `Headers`.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Headers;

use super::object::{pair, pairs};

/// Names and values.
#[derive(Clone, Default)]
pub(super) struct HeaderList(Vec<(String, String)>);

impl HeaderList {
    pub(super) fn of(headers: &Headers) -> Self {
        let mut list = Vec::new();
        for (name, value) in pairs(headers) {
            list.push((
                name.as_string().unwrap_or_default(),
                value.as_string().unwrap_or_default(),
            ));
        }
        Self(list)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut headers = self.0.iter();
        let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }

    /// Sets one that isn't there, or puts it in the place of the one that is.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, own)) => value.clone_into(own),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// The bytes of all, as HTTP/1 writes them.
    pub(super) fn size(&self) -> usize {
        let mut size = 0;
        for (name, value) in &self.0 {
            size += name.len() + value.len() + 4;
        }
        size
    }

    /// As a `RequestInit` takes them.
    pub(super) fn to_js(&self) -> JsValue {
        let headers = Array::new();
        for (name, value) in &self.0 {
            headers.push(&pair(&name.into(), &value.into()));
        }
        headers.into()
    }
}
