//! The server's half for axum: an extractor for the state that a request carries, and the headers that keep caches honest.

use std::future::poll_fn;
use std::pin::Pin;

use ::axum::body::{Body, Bytes, HttpBody};
use ::axum::extract::{FromRequest, Request};
use ::axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use ::axum::middleware::Next;
use ::axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::request::{DecodeError, Limits, Parts, Shape, decode};

/// What a handler expects its requests to carry, as a type with a member for each slice. What may be absent, or empty, has to have a
/// default.
pub trait ReadState: DeserializeOwned {
    /// Where the slices are, and in which form.
    fn shapes() -> Vec<Shape>;

    /// How much a request may carry.
    #[must_use]
    fn limits() -> Limits {
        Limits::default()
    }
}

/// The state that a request carries. A request that doesn't carry what `T` says is answered with a problem (RFC 9457).
///
/// It reads the body only if a slice is there, and keeps no more of it than `T::limits()` allows. The routes need the middleware
/// [`honest_caches`]; without it every request is answered with 500, so that this isn't found out by the first user who gets
/// another's answer from a cache.
///
/// ```
/// use axum::{Router, middleware::from_fn, routing::get};
/// use holdall::axum::{ClientState, ReadState, honest_caches};
/// use holdall::request::{Scalar, Shape};
///
/// #[derive(serde::Deserialize)]
/// struct Wanted {
///     #[serde(default)]
///     blocked: Vec<String>,
/// }
///
/// impl ReadState for Wanted {
///     fn shapes() -> Vec<Shape> {
///         vec![Shape::set("blocked", Scalar::Text)]
///     }
/// }
///
/// async fn messages(ClientState(wanted): ClientState<Wanted>) -> String {
///     wanted.blocked.join(", ")
/// }
///
/// let routes: Router = Router::new().route("/api/messages", get(messages)).layer(from_fn(honest_caches));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ClientState<T>(pub T);

/// Why a request's state wasn't read, as an answer.
#[derive(Debug)]
pub enum Refused {
    /// The request is wrong.
    Request(DecodeError),
    /// The route lacks [`honest_caches`].
    NoLayer,
}

/// Middleware for routes that read state: says to caches what the answer depends on. An answer whose handler says nothing about
/// caching gets `Cache-Control: no-store`; any other one `Vary: Authorization, Holdall-State`. (State in the query is part of the
/// address anyway.)
pub async fn honest_caches(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Honest);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if headers.contains_key(header::CACHE_CONTROL) {
        headers.append(header::VARY, HeaderValue::from_static("Authorization, Holdall-State"));
    } else {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The mark of requests that have passed [`honest_caches`].
#[derive(Clone, Copy)]
struct Honest;

impl<S: Sync, T: ReadState> FromRequest<S> for ClientState<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        if request.extensions().get::<Honest>().is_none() {
            return Err(Refused::NoLayer);
        }
        read(request).await.map(Self).map_err(Refused::Request)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, body) = match &self {
            Self::Request(error) => (StatusCode::from_u16(error.status()), error.problem()),
            Self::NoLayer => (Ok(StatusCode::INTERNAL_SERVER_ERROR), NO_LAYER.to_owned()),
        };
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (status.unwrap_or(StatusCode::BAD_REQUEST), headers, body).into_response()
    }
}

const NO_LAYER: &str = concat!(
    r#"{"type":"about:blank","title":"Internal Server Error","status":500,"code":"no-layer","#,
    r#""detail":"this route reads state: give it the middleware holdall::axum::honest_caches"}"#
);

async fn read<T: ReadState>(request: Request) -> Result<T, DecodeError> {
    let (shapes, limits) = (T::shapes(), T::limits());
    let (parts, body) = request.into_parts();
    let body = if shapes.iter().any(Shape::in_body) {
        read_body(body, limits.bytes).await?
    } else {
        Vec::new()
    };
    let state_header = state_header(&parts.headers)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let parts = Parts {
        query: parts.uri.query(),
        state_header: state_header.as_deref(),
        content_type: content_type.and_then(|value| value.to_str().ok()),
        body: &body,
    };
    decode(&parts, &shapes, &limits)?.read_all()
}

/// All lines of `Holdall-State` as one.
fn state_header(headers: &HeaderMap) -> Result<Option<String>, DecodeError> {
    let mut joined: Option<String> = None;
    for line in headers.get_all("holdall-state") {
        let line = line.to_str().map_err(|_| DecodeError::Malformed {
            slice: None,
            why: "the header Holdall-State has to be ASCII",
        })?;
        let joined = joined.get_or_insert_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(line);
    }
    Ok(joined)
}

/// How much of a body that is too large is read all the same, and dropped: who is still sending when the connection ends never sees
/// the answer.
const PASSED_OVER: usize = 128_000_000;

/// Holds hardly more than `limit` bytes at any time.
async fn read_body(mut body: Body, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut read = Vec::new();
    let mut fits = body.size_hint().lower() <= limit as u64;
    let mut passed_over = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| DecodeError::Malformed {
            slice: None,
            why: "the body ends too early",
        })?;
        // What isn't data are trailers.
        let data: Bytes = frame.into_data().unwrap_or_default();
        fits &= data.len() <= limit - read.len();
        if fits {
            read.extend_from_slice(&data);
        } else {
            read = Vec::new();
            passed_over += data.len();
            if passed_over > PASSED_OVER {
                break;
            }
        }
    }
    if fits {
        Ok(read)
    } else {
        Err(DecodeError::TooLarge {
            why: "its body has too many bytes",
        })
    }
}
