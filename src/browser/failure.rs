use wasm_bindgen::JsValue;

use crate::error::Error;

/// Why something didn't work: the client's own error, or one that the browser threw and that passes through as it is.
#[derive(Debug)]
pub enum Failure {
    /// The client's.
    Own(Error),
    /// The browser's: a `TypeError` for a failed network, the reason of an `AbortSignal`.
    Browser(JsValue),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

impl From<JsValue> for Failure {
    fn from(value: JsValue) -> Self {
        Self::Browser(value)
    }
}
