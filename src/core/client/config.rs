use crate::error::{Code, Error};
use crate::json::{JsonError, Reader, read_all};
use crate::request::RuleConfig;
use crate::session::AuthConfig;
use crate::store::SliceConfig;

/// What an application is opened with.
#[derive(Debug, Default)]
pub struct Config {
    /// The prefix of every storage key.
    pub name: String,
    /// The state.
    pub slices: Vec<SliceConfig>,
    /// How the session is renewed; without it there is none.
    pub auth: Option<AuthConfig>,
    /// What travels with which request.
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
        read_all(text, Self::read).map_err(|_| {
            Error::new(
                Code::BadConfig,
                &["the configuration takes `name`, slices (map, set or object), `auth`, and rules"],
            )
        })
    }

    /// Reads rules alone, from a JSON array.
    ///
    /// # Errors
    /// [`Code::BadConfig`]
    pub fn rules_from_json(text: &str) -> Result<Vec<RuleConfig>, Error> {
        read_all(text, read_rules).map_err(|_| Error::new(Code::BadConfig, &["rules are an array of objects"]))
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut config = Self::default();
        let mut named = false;
        reader.members(&mut |name, value| {
            match name {
                "name" => {
                    config.name = value.text()?;
                    named = true;
                }
                "slices" => value.elements(&mut |slice| {
                    config.slices.push(SliceConfig::read(slice)?);
                    Ok(())
                })?,
                "auth" => config.auth = value.optional(AuthConfig::read)?,
                "rules" => config.rules = read_rules(value)?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        if named { Ok(config) } else { Err(JsonError::Syntax) }
    }
}

fn read_rules(reader: &mut Reader<'_>) -> Result<Vec<RuleConfig>, JsonError> {
    let mut rules = Vec::new();
    reader.elements(&mut |rule| {
        rules.push(RuleConfig::read(rule)?);
        Ok(())
    })?;
    Ok(rules)
}
