//! Every error of the core, each with the code that programs tell it by.

use crate::request::{EncodeError, RuleError};
use crate::text::concat;

/// What went wrong. Users' programs compare its text, so that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The configuration can't be read.
    BadConfig,
    /// No slice has that name.
    UnknownSlice,
    /// The value isn't JSON, or can't be said in the form that a rule asks for.
    NotEncodable,
    /// The key isn't there to be patched or counted.
    NoEntry,
    /// The entry is no object, so it has no fields.
    NotAnObject,
    /// The field to be counted holds something else than a number, or the step is none.
    NotANumber,
    /// The slice's kind has no such change.
    WrongKind,
    /// A transaction inside a transaction.
    NestedTransaction,
    /// A newer version of the application has written the slice, so this one must not.
    NewerVersion,
    /// The answer of the authorization server can't be read.
    BadTokenResponse,
    /// A token is needed, and nobody is signed in.
    SignedOut,
    /// The access token has expired, and couldn't be renewed for now.
    RefreshFailed,
    /// Another tab may still get the answer to its refresh, or alone can refresh.
    RefreshPending,
    /// Somebody signed in or out while a request waited, or was under way.
    SessionChanged,
    /// Signed out here; the server couldn't be told yet.
    SignOutUnconfirmed,
    /// A rule says something that can't be meant.
    BadRule,
    /// Two things would be sent under one name.
    NameClash,
    /// State can't be put into the body that a request has.
    BodyNotMergeable,
    /// The request would be larger than servers take.
    TooLarge,
    /// The server answered a request that carries state with a redirect.
    Redirected,
    /// A session is wanted where its tokens wouldn't be safe.
    InsecureContext,
    /// The client has been closed.
    Closed,
}

impl Code {
    /// The code as users see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadConfig => "bad-config",
            Self::UnknownSlice => "unknown-slice",
            Self::NotEncodable => "not-encodable",
            Self::NoEntry => "no-entry",
            Self::NotAnObject => "not-an-object",
            Self::NotANumber => "not-a-number",
            Self::WrongKind => "wrong-kind",
            Self::NestedTransaction => "nested-transaction",
            Self::NewerVersion => "newer-version",
            Self::BadTokenResponse => "bad-token-response",
            Self::SignedOut => "signed-out",
            Self::RefreshFailed => "refresh-failed",
            Self::RefreshPending => "refresh-pending",
            Self::SessionChanged => "session-changed",
            Self::SignOutUnconfirmed => "sign-out-unconfirmed",
            Self::BadRule => "bad-rule",
            Self::NameClash => "name-clash",
            Self::BodyNotMergeable => "body-not-mergeable",
            Self::TooLarge => "too-large",
            Self::Redirected => "redirected",
            Self::InsecureContext => "insecure-context",
            Self::Closed => "closed",
        }
    }
}

/// An error, with a message that says what to do. It never holds a value of the state, nor a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What went wrong.
    pub code: Code,
    /// What to do about it, for a developer.
    pub message: String,
}

impl Error {
    /// An error of the code, its message made of parts.
    #[must_use]
    pub fn new(code: Code, message: &[&str]) -> Self {
        Self {
            code,
            message: concat(message),
        }
    }
}

impl From<RuleError> for Error {
    fn from(error: RuleError) -> Self {
        let code = match error {
            RuleError::BadRule { .. } => Code::BadRule,
            RuleError::UnknownSlice { .. } => Code::UnknownSlice,
            RuleError::NotEncodable { .. } => Code::NotEncodable,
        };
        Self {
            code,
            message: error.message(),
        }
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        let code = match error {
            EncodeError::NotEncodable { .. } => Code::NotEncodable,
            EncodeError::NameClash { .. } => Code::NameClash,
            EncodeError::BodyNotMergeable { .. } => Code::BodyNotMergeable,
            EncodeError::TooLarge { .. } => Code::TooLarge,
        };
        Self {
            code,
            message: error.message(),
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}
