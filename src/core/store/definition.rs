use std::rc::Rc;

use serde::Deserialize;

use super::not_json;
use crate::error::{Code, Error};
use crate::json::{Raw, Reader, canonical};
use crate::kind::Kind;
use crate::number::Numbers;
use crate::state::{ChangeError, Entry, Field};

/// A slice, as it is configured.
#[derive(Debug, Deserialize)]
pub struct SliceConfig {
    /// Its name, in rules and in storage.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is kept.
    #[serde(default)]
    pub storage: Place,
    /// For an object: the fields that show until they are put.
    pub initial: Option<Raw>,
}

/// Where a slice is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// `localStorage`: shared by all tabs, until it is cleared.
    #[default]
    Local,
    /// `sessionStorage`: this tab's, until it is closed.
    Session,
    /// This page's memory.
    Memory,
}

/// A slice, ready for use.
pub(super) struct Definition {
    pub(super) name: Rc<str>,
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) initial: Vec<Field>,
}

impl Definition {
    pub(super) fn new(config: &SliceConfig, numbers: Numbers) -> Result<Self, Error> {
        let mut initial = Vec::new();
        if let Some(Raw(text)) = &config.initial {
            let text = canonical(text, numbers).map_err(|error| not_json(&error))?;
            let read = Reader::new(&text).object(|name, value| {
                initial.push((Rc::from(&*name), Rc::from(value.skip()?)));
                Ok(())
            });
            if read.is_err() || config.kind != Kind::Object {
                return Err(Error::new(
                    Code::BadConfig,
                    &[
                        "`initial` of ",
                        &config.name,
                        " must be an object, and the slice of kind object",
                    ],
                ));
            }
        }
        Ok(Self {
            name: (&*config.name).into(),
            kind: config.kind,
            place: config.storage,
            initial,
        })
    }

    /// The fields of an object.
    pub(super) fn fields(&self, entry: Option<&Entry>, numbers: Numbers) -> Vec<Field> {
        entry.map_or_else(|| self.initial.clone(), |entry| entry.fields(&self.initial, numbers))
    }

    pub(super) fn refuse(&self, error: ChangeError) -> Error {
        match error {
            ChangeError::NoEntry => Error::new(
                Code::NoEntry,
                &[
                    "there is no such entry in ",
                    &self.name,
                    "; set it first, or give increment its fourth argument",
                ],
            ),
            ChangeError::NotAnObject => Error::new(
                Code::NotAnObject,
                &["that entry of ", &self.name, " is no object; set it as a whole"],
            ),
            ChangeError::NotANumber => Error::new(
                Code::NotANumber,
                &["that field in ", &self.name, " holds no number to be counted"],
            ),
            ChangeError::NotJson(error) => not_json(&error),
        }
    }
}
