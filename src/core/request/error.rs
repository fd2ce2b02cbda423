use core::fmt;

use crate::json::write;
use crate::text::concat;

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

    // Texts are joined, here and below: formatting would cost the wasm build kilobytes.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::BadRule { rule, why, word } => {
                let mut message = concat(&["the rule `", rule, "` can't be used: ", why]);
                if !word.is_empty() {
                    push_all(&mut message, &[" (found `", word, "`)"]);
                }
                message
            }
            Self::UnknownSlice { rule, slice, known } => {
                let why = "`, which the state doesn't have; it has: ";
                let mut message = concat(&["the rule `", rule, "` names the slice `", slice, why]);
                let mut separator = "";
                for name in known {
                    push_all(&mut message, &[separator, name]);
                    separator = ", ";
                }
                message
            }
            Self::NotEncodable { rule, slice, why } => concat(&[
                "the rule `",
                rule,
                "` can't send the slice `",
                slice,
                "` like this: ",
                why,
            ]),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
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

    pub(crate) fn message(&self) -> String {
        match self {
            Self::NotEncodable { slice, why } => {
                concat(&["the slice `", slice, "` can't be sent as its rule says: ", why])
            }
            Self::NameClash {
                first,
                first_name,
                second,
                second_name,
            } => concat(&[
                first,
                " `",
                first_name,
                "` and ",
                second,
                " `",
                second_name,
                "` would be sent under one name: give the slice another one with the rule's `as` (for an object's fields in a \
                 query, with the style deepObject), or rename yours",
            ]),
            Self::BodyNotMergeable { why } => concat(&["the state can't be put into this body: ", why]),
            Self::TooLarge {
                what,
                bytes,
                limit,
                slices,
            } => {
                let mut message = String::from(*what);
                message.push_str(" would have ");
                write::integer(&mut message, *bytes as u64);
                message.push_str(" bytes, and may have ");
                write::integer(&mut message, *limit as u64);
                let mut separator = "; of these, ";
                for (slice, bytes) in slices {
                    push_all(&mut message, &[separator, slice, " takes "]);
                    write::integer(&mut message, *bytes as u64);
                    separator = ", ";
                }
                message.push_str(". Send large slices in the body, or set `overflow`");
                message
            }
        }
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
        f.write_str(&self.message())
    }
}

impl core::error::Error for EncodeError {}

fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
