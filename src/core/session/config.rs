use crate::json::{JsonError, Reader};

/// How the session is renewed: the server keeps the refresh token in a cookie that scripts can't read.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// Where a POST with the cookie gets a new access token (RFC 6749 §5.1).
    pub refresh: String,
    /// Where a POST with the cookie ends the session.
    pub sign_out: String,
    /// The header that tells these requests from forged ones.
    pub csrf: Csrf,
    /// Foreign origins that may get the access token, each as `https://host[:port]`.
    pub audience: Vec<String>,
}

impl AuthConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut refresh, mut sign_out) = (None, None);
        let mut csrf = Csrf::default();
        let mut audience = Vec::new();
        reader.members(&mut |name, value| {
            match name {
                "refresh" => refresh = Some(value.text()?),
                "signOut" => sign_out = Some(value.text()?),
                "csrf" => csrf = Csrf::read(value)?,
                "audience" => audience = value.texts()?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        Ok(Self {
            refresh: refresh.ok_or(JsonError::Syntax)?,
            sign_out: sign_out.ok_or(JsonError::Syntax)?,
            csrf,
            audience,
        })
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
