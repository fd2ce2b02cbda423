//! A server on a port of its own.

use std::net::Ipv4Addr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// It ends when dropped.
pub struct Server {
    /// `http://127.0.0.1:…`
    pub origin: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves these routes.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start(routes: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let task = tokio::spawn(async { axum::serve(listener, routes).await.unwrap_or_default() });
        Self { origin, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
