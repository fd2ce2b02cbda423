//! What the tests have in common: clients that record what they hear, a stand-in for the network, and ways to bend the page.

mod client;
mod js;
mod network;
mod page;
mod replace;
mod time;

pub(crate) use client::{Opened, code, own};
pub(crate) use js::{construct, get, microtasks, object, text_of, unhandled};
pub(crate) use network::{Call, Gate, Network, fail, reply, reply_with, tokens};
pub(crate) use page::{Page, local, refuse_writes, session, storage_event};
pub(crate) use replace::{Replaced, replace, replace_getter};
pub(crate) use time::{FastTimers, pass, pass_monotonic, sleep, until};

/// A session renewed by cookie.
pub(crate) const AUTH: &str = r#""auth":{"refresh":"/auth/refresh","signOut":"/auth/sign-out"}"#;
