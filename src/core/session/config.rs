use crate::json::{JsonError, Reader};

/// How the session is renewed and ended.
#[derive(Debug, Clone, Default)]
pub struct AuthConfig {
    /// Who keeps what renews the session.
    pub keeper: Keeper,
    /// Where a POST gets a new access token (RFC 6749 §5.1). Empty for [`Keeper::Source`].
    pub refresh: String,
    /// Where a POST ends the session: the application's own endpoint, or that for revoking tokens (RFC 7009). May be empty.
    pub sign_out: String,
    /// The header that tells these requests from forged ones, where the browser adds a cookie to them.
    pub csrf: Csrf,
    /// The client's name at the token endpoint.
    pub client_id: String,
    /// For how many milliseconds the token endpoint still answers a refresh token that it has just replaced.
    pub grace: u64,
    /// Foreign origins that may get the access token, each as `https://host[:port]`.
    pub audience: Vec<String>,
}

/// Who keeps what renews the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keeper {
    /// The server, in a cookie that scripts can't read.
    #[default]
    Server,
    /// The page that signed in, in its memory.
    Memory,
    /// All pages, in the database.
    Vault,
    /// Another library, which is asked for tokens.
    Source,
}

impl AuthConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut config = Self::default();
        let (mut ways, mut kept) = (0, None);
        reader.members(&mut |name, value| {
            match name {
                "refresh" => {
                    ways += 1;
                    config.refresh = value.text()?;
                }
                "token" => {
                    ways += 1;
                    config.keeper = Keeper::Memory;
                    config.refresh = value.text()?;
                }
                "source" => {
                    ways += 1;
                    config.keeper = Keeper::Source;
                    value.bool()?;
                }
                "signOut" | "revoke" => config.sign_out = value.text()?,
                "csrf" => config.csrf = Csrf::read(value)?,
                "clientId" => config.client_id = value.text()?,
                "refreshToken" => kept = Some(value.text()?),
                "grace" => config.grace = value.integer()?.saturating_mul(1_000),
                "audience" => config.audience = value.texts()?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        config.keeper = match (config.keeper, kept.as_deref()) {
            (Keeper::Memory, Some("indexeddb")) => Keeper::Vault,
            (keeper, None | Some("memory")) => keeper,
            _ => return Err(JsonError::Syntax),
        };
        let complete = match config.keeper {
            Keeper::Server => !config.sign_out.is_empty(),
            Keeper::Memory | Keeper::Vault => !config.client_id.is_empty(),
            Keeper::Source => true,
        };
        if ways == 1 && complete {
            Ok(config)
        } else {
            Err(JsonError::Syntax)
        }
    }
}

/// A header that another site can't send along without being asked by CORS.
#[derive(Clone)]
pub struct Csrf {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Without the value, which may be a token.
impl core::fmt::Debug for Csrf {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Csrf").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Default for Csrf {
    fn default() -> Self {
        Self {
            name: "Holdall-Csrf".to_owned(),
            value: "1".to_owned(),
        }
    }
}

impl Csrf {
    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut header, mut content) = (None, None);
        reader.members(&mut |name, value| {
            match name {
                "name" => header = Some(value.text()?),
                "value" => content = Some(value.text()?),
                _ => value.pass()?,
            }
            Ok(())
        })?;
        Ok(Self {
            name: header.ok_or(JsonError::Syntax)?,
            value: content.ok_or(JsonError::Syntax)?,
        })
    }
}
