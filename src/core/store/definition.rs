use std::rc::Rc;

use serde::{Deserialize, Deserializer};

use super::not_json;
use crate::error::{Code, Error};
use crate::json::{JsonError, Raw, Reader, canonical, through_serde};
use crate::kind::Kind;
use crate::number::Numbers;
use crate::state::{ChangeError, Entry, Field, write_object};

/// A slice, as it is configured.
#[derive(Debug)]
pub struct SliceConfig {
    /// Its name, in rules and in storage.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is kept.
    pub storage: Place,
    /// For an object: the fields that show until they are put. For a map or set: the entries that it has at first.
    pub initial: Option<Raw>,
    /// Whose it is.
    pub owner: Owner,
    /// The version of its entries' meaning, from 1.
    pub version: u32,
    /// How many milliseconds after its last change an entry shows no more.
    pub ttl: Option<u64>,
    /// Whether the application looks at what it reads: see [`Store::take_unchecked`](super::Store::take_unchecked).
    pub check: bool,
}

impl SliceConfig {
    /// A slice of the device, in `localStorage`, at its first version.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            storage: Place::Local,
            initial: None,
            owner: Owner::Device,
            version: 1,
            ttl: None,
            check: false,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let (mut name, mut kind) = (None, None);
        let mut config = Self::new("", Kind::Map);
        reader.members(&mut |member, value| {
            match member {
                "name" => name = Some(value.text()?),
                "kind" => kind = Some(Kind::read(value)?),
                "storage" => config.storage = Place::read(value)?,
                "initial" => config.initial = value.optional(|value| Ok(Raw(value.skip()?.to_owned())))?,
                "owner" => config.owner = Owner::read(value)?,
                "version" => config.version = u32::try_from(value.integer()?).map_err(|_| JsonError::Syntax)?,
                "ttl" => config.ttl = value.optional(Reader::integer)?,
                "check" => config.check = value.bool()?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        config.name = name.ok_or(JsonError::Syntax)?;
        config.kind = kind.ok_or(JsonError::Syntax)?;
        Ok(config)
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

/// Whose a slice is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Owner {
    /// The device's: the same for whoever sits before it.
    #[default]
    Device,
    /// The user's: hidden at sign-out, and another for another user. What a guest has put becomes that of the user who signs in.
    User,
}

impl Owner {
    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        match &*reader.string()? {
            "device" => Ok(Self::Device),
            "user" => Ok(Self::User),
            _ => Err(JsonError::Syntax),
        }
    }
}

/// A slice, ready for use.
pub(super) struct Definition {
    pub(super) name: Rc<str>,
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) owner: Owner,
    pub(super) version: u32,
    pub(super) ttl: Option<u64>,
    pub(super) check: bool,
    /// An object's fields, a map's entries, or a set's members, which are their own keys.
    pub(super) initial: Vec<Field>,
}

impl Definition {
    pub(super) fn new(config: &SliceConfig, numbers: Numbers) -> Result<Self, Error> {
        let mut initial = Vec::new();
        if let Some(Raw(text)) = &config.initial
            && read_initial(text, config.kind, &mut initial).is_err()
        {
            return Err(Error::new(
                Code::BadConfig,
                &[
                    "`initial` of ",
                    &config.name,
                    " must be an object, or an array for a set",
                ],
            ));
        }
        // The members of a map's keep their order, in which they are put.
        for (name, value) in &mut initial {
            let text = if config.kind == Kind::Set { name } else { value };
            *text = canonical(text, numbers).map_err(|error| not_json(&error))?.into();
        }
        if config.name.is_empty() || config.version == 0 || config.ttl == Some(0) {
            return Err(Error::new(
                Code::BadConfig,
                &[
                    "give the slice ",
                    &config.name,
                    " a name, a version from 1 and a ttl from 1, or none",
                ],
            ));
        }
        Ok(Self {
            name: (&*config.name).into(),
            kind: config.kind,
            place: config.storage,
            owner: config.owner,
            version: config.version,
            ttl: config.ttl,
            check: config.check,
            initial,
        })
    }

    /// Where its journal is.
    pub(super) fn journal(&self) -> usize {
        super::journal(self.place, self.owner)
    }

    /// An entry as it is stored, whatever the application makes of it. A set's member is its key.
    pub(super) fn raw(&self, key: &str, entry: &Entry, numbers: Numbers) -> String {
        match self.kind {
            Kind::Set => key.to_owned(),
            Kind::Map => entry.value(numbers).unwrap_or_default(),
            Kind::Object => write_object(&self.fields(Some(entry), numbers)),
        }
    }

    /// Whether an entry of a map or set is one that it has at first, untouched.
    pub(super) fn is_initial(&self, key: &str, entry: &Entry) -> bool {
        let untouched = entry.events.len() == 1 && entry.counters.is_empty();
        untouched
            && self
                .initial
                .iter()
                .any(|(name, value)| match (&*entry.events, self.kind) {
                    (_, Kind::Set) => **name == *key,
                    ([event], Kind::Map) => **name == *key && event.holds(value),
                    _ => false,
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

fn read_initial(text: &str, kind: Kind, initial: &mut Vec<Field>) -> Result<(), JsonError> {
    let mut reader = Reader::new(text);
    if kind == Kind::Set {
        return reader.elements(&mut |member| {
            initial.push((Rc::from(member.skip()?), "".into()));
            Ok(())
        });
    }
    reader.members(&mut |name, value| {
        initial.push((name.into(), value.skip()?.into()));
        Ok(())
    })
}
