use std::borrow::Cow;

use super::error::DecodeError;
use super::query::Parameters;
use super::{Budget, Parts, Shape, multipart};
use crate::json::Reader;

/// A body that may carry slices.
pub(super) enum Body<'a> {
    Empty,
    Json(Vec<(Cow<'a, str>, &'a str)>),
    Form(Parameters<'a>),
    Multipart(Vec<(String, &'a [u8])>),
}

impl<'a> Body<'a> {
    pub(super) fn parse(parts: &Parts<'a>, shapes: &[Shape], budget: &mut Budget) -> Result<Self, DecodeError> {
        if parts.body.is_empty() {
            return Ok(Self::Empty);
        }
        let text = core::str::from_utf8(parts.body).map_err(|_| DecodeError::Malformed {
            slice: None,
            why: "the body isn't UTF-8",
        });
        let content_type = parts.content_type.unwrap_or("");
        let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let media_type = media_type.trim().to_ascii_lowercase();
        if media_type == "application/json" || media_type.ends_with("+json") {
            Self::parse_json(text?, shapes, budget)
        } else if media_type == "application/x-www-form-urlencoded" {
            Ok(Self::Form(Parameters::parse(text?, budget)?))
        } else if media_type == "multipart/form-data" {
            // Its files may be anything, so it isn't text as a whole.
            Ok(Self::Multipart(multipart::fields(parts.body, parameters, budget)?))
        } else {
            Err(DecodeError::UnsupportedBody)
        }
    }

    fn parse_json(text: &'a str, shapes: &[Shape], budget: &Budget) -> Result<Self, DecodeError> {
        let mut members = Vec::new();
        // The slices are one level down.
        let mut reader = Reader::with_depth(text, budget.depth.saturating_add(1));
        let read = reader.object(|name, member| {
            let text = member.skip()?;
            if shapes.iter().any(|shape| shape.in_body() && shape.name == name) {
                members.push((name, text));
            }
            Ok(())
        });
        read.and_then(|()| reader.end())
            .map_err(|error| DecodeError::json(None, error))?;
        Ok(Self::Json(members))
    }

    pub(super) fn json(&self, slice: &str, name: &str) -> Result<Option<String>, DecodeError> {
        match self {
            Self::Empty => Ok(None),
            Self::Form(fields) => fields.json(slice, name),
            Self::Json(members) => {
                let mut found = members.iter().filter(|(member, _)| member == name);
                let text = found.next().map(|(_, text)| (*text).to_owned());
                match found.next() {
                    Some(_) => Err(DecodeError::malformed(slice, TWICE)),
                    None => Ok(text),
                }
            }
            Self::Multipart(fields) => {
                let mut found = fields.iter().filter(|(field, _)| field == name);
                match (found.next(), found.next()) {
                    (None, _) => Ok(None),
                    (Some((_, text)), None) => match core::str::from_utf8(text) {
                        Ok(text) => Ok(Some(text.to_owned())),
                        Err(_) => Err(DecodeError::malformed(slice, "its field isn't UTF-8")),
                    },
                    _ => Err(DecodeError::malformed(slice, TWICE)),
                }
            }
        }
    }
}

const TWICE: &str = "the body names it twice";
