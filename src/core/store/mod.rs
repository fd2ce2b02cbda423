//! The slices as users know them: by index and kind, whatever area holds them.

use std::rc::Rc;

mod captured;
mod definition;
mod view;

pub use captured::Captured;
pub use definition::{Place, SliceConfig};

use definition::Definition;

use crate::error::{Code, Error};
use crate::journal::{Changes, Journal, MemoryStorage, Storage, StorageFull};
use crate::json::{JsonError, canonical};
use crate::kind::Kind;
use crate::number::Numbers;
use crate::random::Random;
use crate::state::{Author, ChangeError, Entry, Slice, is_number};
use crate::text::{concat, has_any};

/// The storages of the environment.
pub struct Storages {
    /// For [`Place::Local`].
    pub local: Box<dyn Storage>,
    /// For [`Place::Session`].
    pub session: Box<dyn Storage>,
}

/// All slices, and the journals that hold them.
pub struct Store {
    slices: Vec<Definition>,
    /// By [`Place`].
    journals: [Journal; 3],
    numbers: Numbers,
    in_transaction: bool,
}

/// What happened to the slices since it was last asked.
#[derive(Debug, Default)]
pub struct News {
    /// The keys that changed, by slice.
    pub keys: Vec<(usize, Vec<Rc<str>>)>,
    /// Storage entries that can't be read. They are left where they are.
    pub damaged: Vec<Rc<str>>,
    /// Storage entries of a newer version. They are left where they are.
    pub newer: Vec<Rc<str>>,
}

/// What makes a change of a slice.
type Make<'a> = &'a dyn Fn(&Slice, Author) -> Result<Slice, ChangeError>;

impl Store {
    /// A store of these slices, with what is stored under the prefix `name`.
    ///
    /// # Errors
    /// [`Code::BadConfig`]
    pub fn open(
        name: &str,
        configs: &[SliceConfig],
        storages: Storages,
        numbers: Numbers,
        random: &mut Random,
    ) -> Result<Self, Error> {
        let mut slices: Vec<Definition> = Vec::with_capacity(configs.len());
        for config in configs {
            let slice = Definition::new(config, numbers)?;
            if slices.iter().any(|other| other.name == slice.name) {
                return Err(Error::new(
                    Code::BadConfig,
                    &["two slices are named ", &slice.name, "; give each its own name"],
                ));
            }
            slices.push(slice);
        }
        // A slash ends the name in every key, so a name with one could take another's keys for its own.
        if name.is_empty() || has_any(name, "/") {
            return Err(Error::new(
                Code::BadConfig,
                &["`name` is the prefix of every storage key: give one without `/`"],
            ));
        }
        let mut journal = |storage| {
            let prefix = concat(&[name, "/device/"]);
            Journal::new(storage, prefix, numbers, Random::new(random.draw()))
        };
        let mut journals = [
            journal(storages.local),
            journal(storages.session),
            journal(Box::<MemoryStorage>::default()),
        ];
        journals.iter_mut().for_each(Journal::open);
        Ok(Self {
            slices,
            journals,
            numbers,
            in_transaction: false,
        })
    }

    /// The index of a slice, by name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.slices.iter().position(|slice| *slice.name == *name)
    }

    /// Each slice's name and kind.
    pub fn slices(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.slices.iter().map(|slice| (&*slice.name, slice.kind))
    }

    /// Puts a value, as JSON, or adds a member, which is its own key. `now` is the wall time in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Code::NotEncodable`], [`Code::NotAnObject`], [`Code::UnknownSlice`]
    pub fn put(&mut self, slice: usize, key: &str, value: &str, now: u64) -> Result<(), Error> {
        let value = match self.definition(slice)?.kind {
            Kind::Set => None,
            kind => Some(self.canonical(value, kind == Kind::Object)?),
        };
        self.change(slice, now, &|state, author| {
            state.put(&key.into(), value.as_deref(), author)
        })
    }

    /// Puts some fields of an entry. Those of an object can be put before it is there.
    ///
    /// # Errors
    /// [`Code::NoEntry`], [`Code::NotAnObject`], [`Code::NotEncodable`], [`Code::WrongKind`], [`Code::UnknownSlice`]
    pub fn patch(&mut self, slice: usize, key: &str, fields: &str, now: u64) -> Result<(), Error> {
        let create = self.has_fields(slice)? == Kind::Object;
        let fields = self.canonical(fields, true)?;
        self.change(slice, now, &|state, author| {
            state.patch(&key.into(), &fields, create, author)
        })
    }

    /// Adds to a field. An entry that isn't there is put first, if `init` says as what.
    ///
    /// # Errors
    /// [`Code::NoEntry`], [`Code::NotAnObject`], [`Code::NotANumber`], [`Code::NotEncodable`], [`Code::WrongKind`],
    /// [`Code::UnknownSlice`]
    pub fn increment(
        &mut self,
        slice: usize,
        key: &str,
        field: &str,
        by: f64,
        init: Option<&str>,
        now: u64,
    ) -> Result<(), Error> {
        let kind = self.has_fields(slice)?;
        if !by.is_finite() {
            return Err(Error::new(Code::NotANumber, &["increment by a finite number"]));
        }
        let key: Rc<str> = key.into();
        let field: Rc<str> = field.into();
        // What another tab has put meanwhile must not be put again over its count.
        let place = self.definition(slice)?.place;
        if let Some(journal) = self.journals.get_mut(place as usize) {
            journal.replica();
        }
        let init = match init {
            Some(init) if kind == Kind::Map && self.get(slice, &key).is_none() => Some(self.canonical(init, true)?),
            _ => None,
        };
        let Some(init) = init else {
            return self.count(slice, &key, &field, by, now);
        };
        // Should the second half be refused, the first must not stay.
        let own = !self.in_transaction;
        if own {
            self.begin()?;
        }
        let result = self
            .change(slice, now, &|state, author| state.put(&key, Some(&init), author))
            .and_then(|()| self.count(slice, &key, &field, by, now));
        if own {
            self.end(result.is_ok());
        }
        result
    }

    /// Removes an entry or member; gives whether it was there.
    ///
    /// # Errors
    /// [`Code::UnknownSlice`]
    pub fn remove(&mut self, slice: usize, key: &str) -> Result<bool, Error> {
        self.definition(slice)?;
        let capture = self.state(slice).and_then(|state| state.capture(key));
        let there = capture.is_some();
        self.consume(&Captured(vec![(slice, capture.into_iter().collect())]));
        Ok(there)
    }

    /// Removes everything; an object shows its initial fields again.
    ///
    /// # Errors
    /// [`Code::UnknownSlice`]
    pub fn clear(&mut self, slice: usize) -> Result<(), Error> {
        self.definition(slice)?;
        let captures = self.captures(slice, &|_| true);
        self.consume(&Captured(vec![(slice, captures)]));
        Ok(())
    }

    /// Starts a transaction.
    ///
    /// # Errors
    /// [`Code::NestedTransaction`]
    pub fn begin(&mut self) -> Result<(), Error> {
        if self.in_transaction {
            return Err(Error::new(
                Code::NestedTransaction,
                &["a transaction is under way; do this in it, or after it"],
            ));
        }
        self.in_transaction = true;
        self.journals.iter_mut().for_each(Journal::begin);
        Ok(())
    }

    /// Ends the transaction: keeps what it did, or undoes it.
    pub fn end(&mut self, keep: bool) {
        self.in_transaction = false;
        self.journals
            .iter_mut()
            .for_each(if keep { Journal::commit } else { Journal::rollback });
    }

    /// Whether a transaction is under way.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }

    /// Stores what has changed.
    ///
    /// # Errors
    /// [`StorageFull`] if any storage took nothing; what it didn't take is tried again with the next call.
    pub fn flush(&mut self) -> Result<(), StorageFull> {
        let mut result = Ok(());
        for journal in &mut self.journals {
            result = journal.flush().and(result);
        }
        result
    }

    /// Whether something waits to be stored.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        self.journals.iter().any(Journal::has_unwritten)
    }

    /// Looks for what other tabs have stored.
    pub fn load(&mut self) {
        self.journals.iter_mut().for_each(Journal::load);
    }

    /// Another tab has stored or removed an entry (`text` is `None`), or emptied the storage (`key` is `None`).
    pub fn stored_elsewhere(&mut self, place: Place, key: Option<&str>, text: Option<&str>) {
        let Some(journal) = self.journals.get_mut(place as usize) else {
            return;
        };
        match (key, text) {
            (None, _) => journal.wipe(),
            (Some(key), Some(text)) => journal.receive(key, text),
            (Some(_), None) => {}
        }
    }

    /// Does a step of compacting where one is due; gives whether another is to follow, some seconds later.
    pub fn compact(&mut self) -> bool {
        let mut more = false;
        for journal in &mut self.journals {
            more |= journal.compact();
        }
        more
    }

    /// What has changed since this was last asked.
    pub fn take_news(&mut self) -> News {
        let mut news = News::default();
        for journal in &mut self.journals {
            let Changes { keys, damaged, newer } = journal.take_changes();
            for (name, keys) in keys {
                // Slices that only another version of the application has are kept, and nobody here watches them.
                if let Some(slice) = self.slices.iter().position(|slice| slice.name == name) {
                    news.keys.push((slice, keys));
                }
            }
            news.damaged.extend(damaged);
            news.newer.extend(newer);
        }
        news
    }

    /// Not generic: a copy for each kind of change would cost the wasm build half a kilobyte each.
    fn change(&mut self, slice: usize, now: u64, make: Make<'_>) -> Result<(), Error> {
        let definition = self.slices.get(slice).ok_or_else(unknown)?;
        let journal = self.journals.get_mut(definition.place as usize).ok_or_else(unknown)?;
        let author = journal.author(now);
        let change = match journal.slice(&definition.name) {
            Some(state) => make(state, author),
            None => make(&Slice::default(), author),
        };
        journal.apply(&definition.name, &change.map_err(|error| definition.refuse(error))?);
        Ok(())
    }

    fn count(&mut self, slice: usize, key: &Rc<str>, field: &Rc<str>, by: f64, now: u64) -> Result<(), Error> {
        let initial = &self.definition(slice)?.initial;
        let create = self.definition(slice)?.kind == Kind::Object;
        if self.get(slice, key).is_none() && initial.iter().any(|(name, text)| name == field && !is_number(text)) {
            return Err(self.definition(slice)?.refuse(ChangeError::NotANumber));
        }
        self.change(slice, now, &|state, author| {
            state.increment(key, field, by, create, author)
        })
    }

    fn definition(&self, slice: usize) -> Result<&Definition, Error> {
        self.slices.get(slice).ok_or_else(unknown)
    }

    fn has_fields(&self, slice: usize) -> Result<Kind, Error> {
        let definition = self.definition(slice)?;
        if definition.kind == Kind::Set {
            return Err(Error::new(
                Code::WrongKind,
                &[&definition.name, " is a set: its members have no fields to change"],
            ));
        }
        Ok(definition.kind)
    }

    fn state(&self, slice: usize) -> Option<&Slice> {
        let definition = self.slices.get(slice)?;
        self.journals.get(definition.place as usize)?.slice(&definition.name)
    }

    fn get(&self, slice: usize, key: &str) -> Option<&Entry> {
        self.state(slice)?.get(key)
    }

    fn canonical(&self, text: &str, object: bool) -> Result<String, Error> {
        let value = canonical(text, self.numbers).map_err(|error| not_json(&error))?;
        if object && !value.starts_with('{') {
            return Err(Error::new(
                Code::NotAnObject,
                &["give an object: this takes fields by name"],
            ));
        }
        Ok(value)
    }
}

fn unknown() -> Error {
    Error::new(Code::UnknownSlice, &["there is no such slice; name it in `state`"])
}

fn not_json(error: &JsonError) -> Error {
    let why = match error {
        JsonError::Syntax => "it isn't JSON",
        JsonError::Depth => "it is nested too deeply",
        JsonError::LoneSurrogate => "a string in it holds half of a surrogate pair",
        JsonError::DuplicateName => "an object in it names a member twice",
    };
    Error::new(Code::NotEncodable, &["the value can't be kept: ", why])
}

#[cfg(test)]
mod tests;
