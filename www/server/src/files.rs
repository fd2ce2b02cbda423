//! The page and the built package.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::handler::HandlerWithoutStateExt;
use axum::http::header;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

use crate::app::always;
use crate::problem::Problem;

/// `'wasm-unsafe-eval'` allows compiling WebAssembly, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// The kinds of files that a page consists of.
const EXTENSIONS: [&str; 15] = [
    "html",
    "js",
    "mjs",
    "css",
    "wasm",
    "svg",
    "png",
    "jpg",
    "webp",
    "ico",
    "woff2",
    "json",
    "webmanifest",
    "map",
    "ts",
];

pub(crate) fn routes(www: &Path, package: &Path) -> Router {
    let directory = |path| ServeDir::new(path).not_found_service(missing.into_service());
    Router::new()
        .nest_service("/holdall", directory(package))
        .fallback_service(directory(www))
        .layer(from_fn(only_pages))
        // Asked for again each time, and answered with 304 while the ETag is the same.
        .layer(always(header::CACHE_CONTROL, "no-cache"))
        .layer(always(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
}

async fn missing() -> Problem {
    Problem::not_found()
}

/// The page's directory may hold other things than the page, such as sources: only what belongs to a page is served.
async fn only_pages(request: Request, next: Next) -> Response {
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    // Compared as it was sent: an extension in percent encoding isn't on the list.
    if name.is_empty() || extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
        next.run(request).await
    } else {
        Problem::not_found().into_response()
    }
}
