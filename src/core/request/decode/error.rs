use core::fmt;

use crate::json::{JsonError, write};

/// Why a request's state wasn't read. It names slices and places, and never quotes what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The request doesn't have the agreed form.
    Malformed {
        /// The slice that was being read; none if the request as a whole is wrong.
        slice: Option<String>,
        /// What is wrong, as a clause.
        why: &'static str,
    },
    /// Something is beyond the [`Limits`](super::Limits).
    TooLarge {
        /// What is, as a clause.
        why: &'static str,
    },
    /// A [required](crate::request::Shape::required) slice isn't there.
    Missing {
        /// Its name.
        slice: String,
    },
    /// The slice is JSON, but not of the type that the server asked for.
    WrongType {
        /// Its name.
        slice: String,
        /// Where in its JSON text, in bytes from 1; 0 for the text as a whole.
        column: usize,
    },
    /// A slice is expected in the body, and the body is neither JSON nor a form.
    UnsupportedBody,
}

impl DecodeError {
    /// The stable name of this error: `malformed`, `too-large`, `missing`, `wrong-type` or `unsupported-body`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::TooLarge { .. } => "too-large",
            Self::Missing { .. } => "missing",
            Self::WrongType { .. } => "wrong-type",
            Self::UnsupportedBody => "unsupported-body",
        }
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed { .. } => 400,
            Self::TooLarge { .. } => 413,
            Self::UnsupportedBody => 415,
            Self::Missing { .. } | Self::WrongType { .. } => 422,
        }
    }

    /// The answer's body, as JSON text: a problem of RFC 9457, to be sent as `application/problem+json`. Its member `code` is
    /// [`code`](Self::code).
    ///
    /// ```
    /// use holdall::request::{Limits, Parts, Shape, decode};
    ///
    /// let error = decode(&Parts::default(), &[Shape::body("cart").required()], &Limits::default()).unwrap_err();
    /// assert_eq!(error.status(), 422);
    /// assert_eq!(
    ///     error.problem(),
    ///     r#"{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"#.to_owned()
    ///         + r#""the request has to carry the slice `cart`, and doesn't","code":"missing"}"#
    /// );
    /// ```
    #[must_use]
    pub fn problem(&self) -> String {
        let status = self.status();
        let title = match status {
            400 => "Bad Request",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            _ => "Unprocessable Content",
        };
        let mut out = String::from(r#"{"type":"about:blank","title":"#);
        write::string(&mut out, title);
        out.push_str(r#","status":"#);
        write::integer(&mut out, u64::from(status));
        out.push_str(r#","detail":"#);
        write::string(&mut out, &self.to_string());
        out.push_str(r#","code":"#);
        write::string(&mut out, self.code());
        out.push('}');
        out
    }

    pub(super) fn malformed(slice: &str, why: &'static str) -> Self {
        Self::Malformed {
            slice: Some(slice.to_owned()),
            why,
        }
    }

    pub(super) fn json(slice: Option<&str>, error: JsonError) -> Self {
        match error {
            JsonError::Depth => Self::TooLarge {
                why: "its JSON is nested too deeply",
            },
            JsonError::DuplicateName => Self::Malformed {
                slice: slice.map(str::to_owned),
                why: "an object names a member twice",
            },
            JsonError::LoneSurrogate => Self::Malformed {
                slice: slice.map(str::to_owned),
                why: "a string has half of a surrogate pair",
            },
            JsonError::Syntax => Self::Malformed {
                slice: slice.map(str::to_owned),
                why: "it isn't JSON of the agreed form",
            },
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed {
                slice: Some(slice),
                why,
            } => write_all(f, &["the slice `", slice, "` can't be read from the request: ", why]),
            Self::Malformed { slice: None, why } => write_all(f, &["the state can't be read from the request: ", why]),
            Self::TooLarge { why } => write_all(f, &["the request carries more than this server takes: ", why]),
            Self::Missing { slice } => write_all(f, &["the request has to carry the slice `", slice, "`, and doesn't"]),
            Self::WrongType { slice, column } => {
                let mut place = String::new();
                write::integer(&mut place, *column as u64);
                write_all(
                    f,
                    &[
                        "the slice `",
                        slice,
                        "` is not of the type expected here, from byte ",
                        &place,
                        " of its JSON on",
                    ],
                )
            }
            Self::UnsupportedBody => {
                f.write_str("a body that carries state has to be JSON, or a form, by its Content-Type")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

fn write_all(f: &mut fmt::Formatter<'_>, parts: &[&str]) -> fmt::Result {
    parts.iter().try_for_each(|part| f.write_str(part))
}
