//! What happened so far, for the page and for tests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::problem::Problem;
use crate::store::counters::{self, Counts};

/// `GET /api/stats`
pub(crate) async fn stats(State(app): State<Arc<App>>) -> Result<Json<Counts>, Problem> {
    Ok(Json(app.store.read(counters::all).await?))
}
