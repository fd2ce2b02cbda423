//! Hostile requests cost no more memory than the limits allow, however much is sent.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use axum::middleware::from_fn;
use axum::routing::post;
use holdall::axum::{ClientState, ReadState, honest_caches};
use holdall::request::{Limits, Shape};
use http_body::{Frame, SizeHint};
use serde::Deserialize;
use tower::ServiceExt;

/// What is allocated now, and the most that has been.
static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: it does what the system's allocator does, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MB: usize = 1_000_000;

#[derive(Deserialize)]
struct Order {
    #[serde(default)]
    cart: Vec<Vec<u8>>,
}

impl ReadState for Order {
    fn shapes() -> Vec<Shape> {
        vec![Shape::body("cart")]
    }

    fn limits() -> Limits {
        Limits {
            bytes: MB,
            ..Limits::default()
        }
    }
}

async fn order(ClientState(order): ClientState<Order>) -> String {
    order.cart.len().to_string()
}

/// A body of one chunk, over and over, that doesn't say how long it is unless told to.
struct Endless {
    chunk: Bytes,
    announced: Option<u64>,
    pulled: Arc<AtomicUsize>,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let before = self.pulled.fetch_add(self.chunk.len(), Ordering::Relaxed);
        let chunk = Some(Ok(Frame::data(self.chunk.clone())));
        Poll::Ready(chunk.filter(|_| before < 1_000 * MB))
    }

    fn size_hint(&self) -> SizeHint {
        self.announced.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

/// Sends a body; gives the status, the bytes that were taken of it, and the memory that this took at most.
async fn send(body: &[u8], announced: Option<u64>, once: bool) -> (u16, usize, usize) {
    let routes: Router = Router::new().route("/", post(order)).layer(from_fn(honest_caches));
    let pulled = Arc::<AtomicUsize>::default();
    let body = if once {
        Body::from(body.to_vec())
    } else {
        Body::new(Endless {
            chunk: Bytes::copy_from_slice(body),
            announced,
            pulled: Arc::clone(&pulled),
        })
    };
    let request = Request::post("/")
        .header("content-type", "application/json")
        .body(body)
        .unwrap();
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let answer = routes.oneshot(request).await.unwrap();
    let most = MOST.load(Ordering::Relaxed) - before;
    (answer.status().as_u16(), pulled.load(Ordering::Relaxed), most)
}

#[tokio::test]
async fn memory_is_bounded_by_the_limits() {
    let chunk = vec![b' '; 64 * 1024];
    for announced in [Some(1_000 * MB as u64), None] {
        let (status, pulled, most) = send(&chunk, announced, false).await;
        assert_eq!(status, 413);
        assert!(pulled <= 130 * MB, "a thousand are never waited for: {pulled}");
        let limit = if announced.is_some() { MB / 10 } else { 4 * MB };
        assert!(most < limit, "{announced:?}: {most}");
    }

    let nested = "[".repeat(MB - 20);
    let entries = "[],".repeat(MB / 3 - 20);
    let names: String = (0..MB / 12).map(|n| format!("\"k{n}\":1,")).collect();
    let escaped = "\\n".repeat(MB / 2 - 20);
    for (json, status) in [
        (nested, 413),
        (format!("[{entries}[]]"), 413),
        (format!("{{{names}\"a\":1}}"), 413),
        (format!("[\"{escaped}\"]"), 422),
    ] {
        let (found, _, most) = send(format!("{{\"cart\":{json}}}").as_bytes(), None, true).await;
        assert_eq!(found, status);
        assert!(most < 8 * MB, "{status}: {most}");
    }
}
