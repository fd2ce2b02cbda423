use serde::Deserialize;

use crate::error::{Code, Error};
use crate::json;
use crate::request::RuleConfig;
use crate::session::AuthConfig;
use crate::store::SliceConfig;

/// What an application is opened with.
#[derive(Debug, Deserialize)]
pub struct Config {
    /// The prefix of every storage key.
    pub name: String,
    /// The state.
    #[serde(default)]
    pub slices: Vec<SliceConfig>,
    /// How the session is renewed; without it there is none.
    pub auth: Option<AuthConfig>,
    /// What travels with which request.
    #[serde(default)]
    pub rules: Vec<RuleConfig>,
}

impl Config {
    /// Reads a configuration from JSON.
    ///
    /// # Errors
    /// [`Code::BadConfig`]
    ///
    /// ```
    /// use holdall::client::Config;
    ///
    /// let config = Config::from_json(r#"{"name":"shop","slices":[{"name":"cart","kind":"map"}]}"#)?;
    /// assert_eq!(config.slices.len(), 1);
    /// # Ok::<(), holdall::error::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        json::from_text(text).map_err(|_| {
            Error::new(
                Code::BadConfig,
                &["the configuration can't be read: it takes `name`, slices of the kinds map, set and object, `auth`, and rules"],
            )
        })
    }
}
