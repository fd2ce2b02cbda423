//! The session: who is signed in, with which access token, and how it is renewed.
//!
//! [`Session`] decides. It is told what happened and what time it is, and answers with [`Effect`]s that its environment carries out:
//! it sends nothing, stores nothing and waits for nothing itself.

mod attempt;
mod backoff;
mod config;
mod guard;
mod hint;
mod interface;
mod keep;
mod leave;
mod machine;
mod message;
mod renew;
mod siblings;
mod token;
mod turn;
mod vault;

pub use config::{AuthConfig, Csrf, Keeper};
pub use hint::Hint;
pub use interface::{Answer, Credentials, Effect, Need, Outcome, Reason, Refresh, Secret, Status, Verdict};
pub use leave::unconfirmed;
pub use machine::Session;
pub use turn::changed;
pub use vault::{VaultOp, VaultWrite};

#[cfg(test)]
mod tests;
