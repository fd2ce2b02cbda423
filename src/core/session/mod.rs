//! The session: who is signed in, with which access token, and how it is renewed.
//!
//! [`Session`] decides. It is told what happened and what time it is, and answers with [`Effect`]s that its environment carries out:
//! it sends nothing, stores nothing and waits for nothing itself.

mod config;
mod hint;
mod interface;
mod machine;
mod token;

pub use config::{AuthConfig, Csrf};
pub use hint::Hint;
pub use interface::{Answer, Credentials, Effect, Need, Outcome, Status, Verdict};
pub use machine::Session;

#[cfg(test)]
mod tests;
