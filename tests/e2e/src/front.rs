//! A server in front of the backend, which answers some requests in its place.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, Response, StatusCode};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::http;
use crate::server::Server;

/// An answer that the backend would never give.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The path of the requests that get it.
    pub path: &'static str,
    /// The status.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// The body.
    pub body: &'static str,
}

/// A server that passes requests on to the backend, but for those that are to get a [`Fault`]. It ends when dropped.
pub struct Front {
    origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    backend: String,
    fault: Mutex<Option<Fault>>,
}

impl Front {
    /// Starts one, without a fault.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start(backend: &Server) -> Self {
        let shared = Arc::new(Shared {
            backend: backend.origin(),
            fault: Mutex::new(None),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async { axum::serve(listener, router).await.unwrap_or_default() });
        Self { origin, shared, task }
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// From now on this is wrong, and nothing else.
    pub fn set(&self, fault: impl Into<Option<Fault>>) {
        *self.shared.fault.lock().unwrap() = fault.into();
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let fault = shared.fault.lock().unwrap().clone();
    match fault.filter(|fault| fault.path == request.uri().path()) {
        Some(fault) => Response::builder()
            .status(fault.status)
            .header("content-type", fault.content_type)
            .body(Body::from(fault.body))
            .unwrap(),
        None => pass_on(&shared.backend, request).await,
    }
}

/// With all headers, `Host` too: the backend compares it with `Origin`.
async fn pass_on(backend: &str, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    parts.uri = format!("{backend}{}", parts.uri).parse().unwrap();
    parts.headers.remove("connection");
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
    let sent = spawn_blocking(move || http::try_send(Request::from_parts(parts, body))).await;
    let Ok(Ok(answer)) = sent else {
        return status(StatusCode::BAD_GATEWAY);
    };
    let mut response = Response::new(Body::from(answer.bytes));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    *response.headers_mut() = answer.headers;
    response
        .headers_mut()
        .remove(HeaderName::from_static("transfer-encoding"));
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
