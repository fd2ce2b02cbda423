use serde::Deserialize;

/// How the session is renewed: the server keeps the refresh token in a cookie that scripts can't read.
#[derive(Debug, Clone, Deserialize)]
pub struct AuthConfig {
    /// Where a POST with the cookie gets a new access token (RFC 6749 §5.1).
    pub refresh: String,
    /// Where a POST with the cookie ends the session.
    #[serde(rename = "signOut")]
    pub sign_out: String,
    /// The header that tells these requests from forged ones.
    #[serde(default)]
    pub csrf: Csrf,
    /// Foreign origins that may get the access token, each as `https://host[:port]`.
    #[serde(default)]
    pub audience: Vec<String>,
}

/// A header that another site can't send along without being asked by CORS.
#[derive(Debug, Clone, Deserialize)]
pub struct Csrf {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Default for Csrf {
    fn default() -> Self {
        Self {
            name: "Holdall-Csrf".to_owned(),
            value: "1".to_owned(),
        }
    }
}
