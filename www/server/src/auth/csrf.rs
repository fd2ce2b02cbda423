//! Refuses requests that another site could have made a browser send with our cookie.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

pub(super) async fn refuse_foreign(request: Request, next: Next) -> Response {
    if has_custom_header(request.headers()) && is_same_origin(request.headers()) {
        next.run(request).await
    } else {
        let detail = "Send `Holdall-Csrf: 1`, and only from pages of this origin.";
        Problem::new(StatusCode::FORBIDDEN, "foreign-request", detail).into_response()
    }
}

/// A form can't set a header, and a script of another origin is asked about in a preflight, which we don't answer.
fn has_custom_header(headers: &HeaderMap) -> bool {
    headers.get("holdall-csrf").is_some_and(|value| value == "1")
}

/// Browsers send at least one of the two, and no script can set either. Each that is there must agree.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|value| value == "same-origin");
    let origin = headers
        .get(header::ORIGIN)
        .map(|origin| is_own(headers, origin.as_bytes()));
    site.or(origin).is_some() && site.unwrap_or(true) && origin.unwrap_or(true)
}

/// Whether the origin's authority is the one that the request was sent to. Behind a proxy that ends TLS the scheme is
/// unknown here.
fn is_own(headers: &HeaderMap, origin: &[u8]) -> bool {
    let authority = origin
        .strip_prefix(b"http://")
        .or_else(|| origin.strip_prefix(b"https://"));
    let host = headers.get(header::HOST).map(|host| host.as_bytes());
    authority.is_some() && authority == host
}
