//! What every request may use, and which handler answers it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, http::Uri};
use holdall::axum::honest_caches;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::auth::{self, Passwords, Tokens};
use crate::clock::Clock;
use crate::problem::Problem;
use crate::signing_key::{self, SigningKey};
use crate::store::{Store, StoreError};
use crate::{files, inbox, shop, stats};

/// The largest request body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// No answer takes longer than this: clients wait a little longer than it before they try again.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory of the database and the signing key. It is made if absent.
    pub data: PathBuf,
    /// The directory of the page.
    pub www: PathBuf,
    /// The directory of the built npm package.
    pub package: PathBuf,
    /// How many seconds an access token lives.
    pub access_seconds: u32,
}

/// Why the server can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory can't be made.
    #[error("can't make the data directory: {0}")]
    Data(io::Error),
    /// The signing key can't be read or made, or isn't one.
    #[error("can't use signing.key in the data directory: {0}")]
    Key(io::Error),
    /// The database can't be opened or prepared.
    #[error("can't use demo.sqlite in the data directory: {0}")]
    Store(#[from] StoreError),
    /// A password couldn't be hashed.
    #[error("can't hash passwords: {0}")]
    Passwords(#[from] argon2::password_hash::Error),
}

/// What every request may use. It changes with no request.
pub struct App {
    pub(crate) store: Store,
    pub(crate) key: SigningKey,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) clock: Clock,
}

impl App {
    /// Opens the data directory, and prepares an empty one.
    ///
    /// # Errors
    /// When the directory, the key or the database can't be used.
    pub async fn open(settings: &Settings, clock: Clock) -> Result<Arc<Self>, StartError> {
        std::fs::create_dir_all(&settings.data).map_err(StartError::Data)?;
        let key = signing_key::load(&settings.data.join("signing.key")).map_err(StartError::Key)?;
        let store = Store::open(&settings.data.join("demo.sqlite"))?;
        let passwords = Passwords::new()?;
        auth::seed_users(&store, &passwords).await?;
        let tokens = Tokens::new(&key, settings.access_seconds);
        Ok(Arc::new(Self {
            store,
            key,
            tokens,
            passwords,
            clock,
        }))
    }
}

/// Everything that is answered.
pub fn router(app: Arc<App>, settings: &Settings) -> Router {
    let api = Router::new()
        .route("/products", get(shop::products))
        .route("/checkout", post(shop::checkout))
        .route("/orders", get(shop::orders))
        // By POST with what doesn't fit the address.
        .route("/messages", get(inbox::messages).post(inbox::messages))
        .route("/stats", get(stats::stats));
    Router::new()
        .nest("/api", dynamic(api))
        .nest("/auth", dynamic(auth::routes()))
        .with_state(app)
        .merge(files::routes(&settings.www, &settings.package))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(answer_in_time))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "same-origin"))
}

/// Routes whose answers depend on who asks and with what state: one client's must never be given to another.
fn dynamic(routes: Router<Arc<App>>) -> Router<Arc<App>> {
    routes
        .fallback(|_: Uri| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(from_fn(honest_caches))
}

async fn answer_in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::busy().into_response(),
    }
}

pub(crate) fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
