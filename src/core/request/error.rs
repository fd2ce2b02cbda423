use core::fmt;

use crate::json::write;

/// Why a rule can't be used. It quotes the rule, which the application wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleError {
    /// The rule says something that can't be meant.
    BadRule {
        /// Its `match`.
        rule: String,
        /// What is wrong and what to write instead.
        why: &'static str,
        /// The word in question; may be empty.
        word: String,
    },
    /// The rule names a slice that isn't there.
    UnknownSlice {
        /// Its `match`.
        rule: String,
        /// The name in question.
        slice: String,
        /// The names that are there.
        known: Vec<String>,
    },
    /// The rule sends a slice in a style that can't say it, whatever it holds.
    NotEncodable {
        /// Its `match`.
        rule: String,
        /// The slice.
        slice: String,
        /// What to write instead.
        why: &'static str,
    },
}

impl RuleError {
    /// The stable name of this error: `bad-rule`, `unknown-slice` or `not-encodable`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRule { .. } => "bad-rule",
            Self::UnknownSlice { .. } => "unknown-slice",
            Self::NotEncodable { .. } => "not-encodable",
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRule { rule, why, word } => {
                write_all(f, &["the rule `", rule, "` can't be used: ", why])?;
                if word.is_empty() {
                    Ok(())
                } else {
                    write_all(f, &[" (found `", word, "`)"])
                }
            }
            Self::UnknownSlice { rule, slice, known } => {
                write_all(
                    f,
                    &[
                        "the rule `",
                        rule,
                        "` names the slice `",
                        slice,
                        "`, which the state doesn't have; it has: ",
                    ],
                )?;
                let mut separator = "";
                for name in known {
                    write_all(f, &[separator, name])?;
                    separator = ", ";
                }
                Ok(())
            }
            Self::NotEncodable { rule, slice, why } => write_all(
                f,
                &[
                    "the rule `",
                    rule,
                    "` can't send the slice `",
                    slice,
                    "` like this: ",
                    why,
                ],
            ),
        }
    }
}

impl core::error::Error for RuleError {}

/// Why state can't be put on a request, which then isn't sent. It names slices, the caller's own parameters and members, and
/// sizes; never what a slice holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A slice holds something that its style can't say.
    NotEncodable {
        /// The slice.
        slice: String,
        /// What, and what to do.
        why: &'static str,
    },
    /// Two things would go out under one name.
    NameClash {
        /// One of them, as a phrase without its name.
        first: &'static str,
        /// Its name.
        first_name: String,
        /// The other one, as a phrase without its name.
        second: &'static str,
        /// Its name.
        second_name: String,
    },
    /// State can't be put into this body.
    BodyNotMergeable {
        /// Why not, and what to do.
        why: &'static str,
    },
    /// The request would be larger than servers take.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it would be, in bytes.
        bytes: usize,
        /// How large it may be, in bytes.
        limit: usize,
        /// The bytes that each slice adds to URL and headers, by name.
        slices: Vec<(String, usize)>,
    },
}

impl EncodeError {
    /// The stable name of this error: `not-encodable`, `name-clash`, `body-not-mergeable` or `too-large`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEncodable { .. } => "not-encodable",
            Self::NameClash { .. } => "name-clash",
            Self::BodyNotMergeable { .. } => "body-not-mergeable",
            Self::TooLarge { .. } => "too-large",
        }
    }

    /// The clash of a field of the caller's form with a slice that travels under the same name.
    #[must_use]
    pub fn field_clash(name: &str) -> Self {
        Self::clash(("the form's own field", name), ("the state's field", name))
    }

    pub(super) fn clash(first: (&'static str, &str), second: (&'static str, &str)) -> Self {
        Self::NameClash {
            first: first.0,
            first_name: first.1.to_owned(),
            second: second.0,
            second_name: second.1.to_owned(),
        }
    }

    pub(super) fn not_encodable(slice: &str, why: &'static str) -> Self {
        Self::NotEncodable {
            slice: slice.to_owned(),
            why,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEncodable { slice, why } => {
                write_all(f, &["the slice `", slice, "` can't be sent as its rule says: ", why])
            }
            Self::NameClash {
                first,
                first_name,
                second,
                second_name,
            } => write_all(
                f,
                &[
                    first,
                    " `",
                    first_name,
                    "` and ",
                    second,
                    " `",
                    second_name,
                    "` would be sent under one name: give the slice another one with the rule's `as`, or rename yours",
                ],
            ),
            Self::BodyNotMergeable { why } => write_all(f, &["the state can't be put into the request's body: ", why]),
            Self::TooLarge {
                what,
                bytes,
                limit,
                slices,
            } => {
                write_all(
                    f,
                    &[
                        what,
                        " would have ",
                        &number(*bytes),
                        " bytes, and may have ",
                        &number(*limit),
                    ],
                )?;
                let mut separator = "; of these, ";
                for (slice, bytes) in slices {
                    write_all(f, &[separator, slice, " takes ", &number(*bytes)])?;
                    separator = ", ";
                }
                f.write_str(". Send large slices in the body")
            }
        }
    }
}

impl core::error::Error for EncodeError {}

fn number(value: usize) -> String {
    let mut out = String::new();
    write::integer(&mut out, value as u64);
    out
}

/// Only strings are written: number formatting and format strings would cost the wasm build bytes.
pub(super) fn write_all(f: &mut fmt::Formatter<'_>, parts: &[&str]) -> fmt::Result {
    parts.iter().try_for_each(|part| f.write_str(part))
}
