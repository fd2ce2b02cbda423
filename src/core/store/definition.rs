use std::rc::Rc;

use serde::{Deserialize, Deserializer};

use super::not_json;
use crate::error::{Code, Error};
use crate::json::{JsonError, Raw, Reader, canonical, through_serde};
use crate::kind::Kind;
use crate::number::Numbers;
use crate::state::{ChangeError, Entry, Field};

/// A slice, as it is configured.
#[derive(Debug)]
pub struct SliceConfig {
    /// Its name, in rules and in storage.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is kept.
    pub storage: Place,
    /// For an object: the fields that show until they are put.
    pub initial: Option<Raw>,
}

impl SliceConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut name, mut kind) = (None, None);
        let mut storage = Place::default();
        let mut initial = None;
        reader.members(&mut |member, value| {
            match member {
                "name" => name = Some(value.text()?),
                "kind" => kind = Some(Kind::read(value)?),
                "storage" => storage = Place::read(value)?,
                "initial" => initial = value.optional(|value| Ok(Raw(value.skip()?.to_owned())))?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        Ok(Self {
            name: name.ok_or(JsonError::Syntax)?,
            kind: kind.ok_or(JsonError::Syntax)?,
            storage,
            initial,
        })
    }
}

impl<'de> Deserialize<'de> for SliceConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        through_serde(deserializer, Self::read)
    }
}

/// Where a slice is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// `localStorage`: shared by all tabs, until it is cleared.
    #[default]
    Local,
    /// `sessionStorage`: this tab's, until it is closed.
    Session,
    /// This page's memory.
    Memory,
}

impl Place {
    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        match &*reader.string()? {
            "local" => Ok(Self::Local),
            "session" => Ok(Self::Session),
            "memory" => Ok(Self::Memory),
            _ => Err(JsonError::Syntax),
        }
    }
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
            let read = Reader::new(&text).members(&mut |name, value| {
                initial.push((Rc::from(name), Rc::from(value.skip()?)));
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
