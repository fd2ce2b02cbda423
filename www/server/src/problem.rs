//! What went wrong, as a client is told: RFC 9457.

use std::io::Write;

use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::store::StoreError;

/// An answer that reports a failure. Its text never quotes a token, a password or state.
pub(crate) struct Problem {
    status: StatusCode,
    body: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// `code` is the problem's stable name, `detail` says what to do.
    pub(crate) fn new(status: StatusCode, code: &str, detail: &str) -> Self {
        let title = status.canonical_reason().unwrap_or_default();
        let body = json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "code": code,
        });
        Self {
            status,
            body: body.to_string(),
            header: None,
        }
    }

    /// 401 for a request that needs a token and has none.
    pub(crate) fn token_missing() -> Self {
        Self::unauthorized(
            "token-missing",
            "Sign in, and send the access token as `Authorization: Bearer`.",
        )
    }

    /// 401 for a request whose token isn't, or is no longer, valid.
    pub(crate) fn token_invalid(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token-invalid", detail)
            .with_header(header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)
    }

    /// 401 for a request without an access token.
    pub(crate) fn unauthorized(code: &str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail).with_header(header::WWW_AUTHENTICATE, "Bearer")
    }

    /// 422: understood, but it can't be done.
    pub(crate) fn unprocessable(code: &str, detail: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing at this address.")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "This address doesn't answer to that method.",
        )
    }

    /// 503: worth trying again.
    pub(crate) fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "The server is busy: try again in a second.",
        )
        .with_header(header::RETRY_AFTER, "1")
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The server's log says more.",
        )
    }

    fn with_header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (
            self.status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            self.body,
        )
            .into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let _ = writeln!(std::io::stderr(), "holdall-demo: {error}");
        if error.is_busy() {
            Self::busy()
        } else {
            Self::internal()
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        unreadable_body(rejection.status())
    }
}

/// The rejection's own text may quote the body.
fn unreadable_body(status: StatusCode) -> Problem {
    let (code, detail) = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported-body", "Send the body as application/json."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "The body is too large."),
        _ => ("malformed", "The body isn't what this address expects."),
    };
    Problem::new(status, code, detail)
}
