//! A server of pages that put the package to the test, without a backend.

use std::net::Ipv4Addr;
use std::path::Path;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

use crate::environment;

/// Serves a directory of pages, and the built package under `/holdall/`, on an origin of its own. It ends when dropped.
pub struct Pages {
    origin: String,
    task: JoinHandle<()>,
}

impl Pages {
    /// Serves the pages of these tests.
    pub async fn start() -> Self {
        Self::of(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pages"))).await
    }

    /// Serves that directory.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn of(directory: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let router = Router::new()
            .nest_service("/holdall", ServeDir::new(environment::path("HOLDALL_PACKAGE")))
            .fallback_service(ServeDir::new(directory));
        let task = tokio::spawn(async { axum::serve(listener, router).await.unwrap_or_default() });
        Self { origin, task }
    }

    /// The address of one of the pages.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.origin)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.task.abort();
    }
}
