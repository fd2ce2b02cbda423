//! For front ends written in Rust: the client with types of the application's own (feature `front`).
//!
//! ```no_run
//! use holdall::client::Config;
//! use holdall::front::{App, Map};
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Line {
//!     title: String,
//!     qty: u32,
//! }
//!
//! static CART: Map<Line> = Map::new("cart");
//!
//! let config = Config::from_json(r#"{"name":"shop","slices":[{"name":"cart","kind":"map"}]}"#)?;
//! let app = App::open(&config)?;
//! let cart = app.slice(&CART);
//! cart.increment("sku-1", "qty", 1.0, Some(&Line { title: "Lamp".into(), qty: 0 }))?;
//! let subscription = cart.subscribe(|keys| drop(keys.len()));
//! drop(subscription); // ends it
//! # Ok::<(), holdall::error::Error>(())
//! ```
//!
//! Changes are applied, and subscribers called, before a method returns. What is stored, and isn't of a slice's type, doesn't show.

mod app;
mod listeners;
mod slice;

pub use crate::browser::{Event, Failure, RequestEvent};
pub use app::App;
pub use listeners::Subscription;
pub use slice::{Map, Object, Set, View};
