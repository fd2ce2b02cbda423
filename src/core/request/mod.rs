//! What travels with a request, and how a server takes it out again.
//!
//! In the browser: [`Rules`] are compiled once, [`Rules::plan`] says what a request becomes, [`encode`] writes the state, and
//! [`join_query`], [`merge_json`] and [`check_budget`] help to put it on the request. On a server: [`decode`] reads what [`Shape`]s
//! describe. Both halves are one module so that they can't drift apart.

mod address;
mod config;
mod decode;
mod encode;
mod error;
mod key;
mod pattern;
pub(crate) mod percent;
mod rule;
mod shape;

pub use address::Address;
pub use config::RuleConfig;
pub use decode::{DecodeError, Limits, Parts, State, decode};
pub use encode::{Outgoing, check_budget, encode, join_query, merge_json};
pub use error::{EncodeError, RuleError};
pub use key::idempotency_key;
pub use rule::{Overflow, Place, Plan, Rules, Send, SliceInfo, Style, Target, TokenUse};
pub use shape::{Field, Scalar, Shape};
