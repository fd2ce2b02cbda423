//! The shell: carries out in the browser what the core decides. One web API a file.

mod addresses;
mod barrier;
mod channel;
mod clock;
mod compact;
mod driver;
mod effects;
mod events;
mod failure;
mod fetch;
mod headers;
mod idle;
mod later;
mod listen;
mod lock;
mod numbers;
mod object;
mod own_requests;
mod promise;
mod request;
mod seed;
mod session;
mod storage;
mod task;
mod vault;
mod wait;

pub use driver::{Driver, Watcher};
pub use events::{Event, RequestEvent};
pub use failure::Failure;
pub use fetch::{Sent, Tended};
#[cfg(feature = "js")]
pub(crate) use object::{set, set_text};
#[cfg(feature = "js")]
pub(crate) use promise::{Settled, Settling, promised, then};
