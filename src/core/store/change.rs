use std::rc::Rc;

use super::view::{ONLY_KEY, is_member};
use super::{Captured, Store, not_json, unknown};
use crate::error::{Code, Error};
use crate::json::{Reader, canonical};
use crate::kind::Kind;
use crate::state::{Author, ChangeError, Slice, is_number};

/// What makes a change of a slice.
type Make<'a> = &'a dyn Fn(&Slice, Author) -> Result<Slice, ChangeError>;

impl Store {
    /// Puts a value, as JSON, or adds a member, which is its own key.
    ///
    /// # Errors
    /// [`Code::NotEncodable`], [`Code::NotAnObject`], [`Code::NewerVersion`], [`Code::UnknownSlice`]
    pub fn put(&mut self, slice: usize, key: &str, value: &str) -> Result<(), Error> {
        let kind = self.definition(slice)?.kind;
        let (key, value) = match kind {
            Kind::Set => (self.canonical(key, false)?, None),
            _ => (key.to_owned(), Some(self.canonical(value, kind == Kind::Object)?)),
        };
        if kind == Kind::Set && !is_member(&key) {
            return Err(Error::new(
                Code::NotEncodable,
                &["a set holds strings, numbers, true, false and null"],
            ));
        }
        // What has expired keeps no place in the order.
        let there = self.state(slice).and_then(|state| state.get(&key));
        if there.is_some_and(|entry| self.is_expired(slice, entry)) {
            self.remove(slice, &key)?;
        }
        self.change(slice, &key, &|state, author| {
            state.put(&(&*key).into(), value.as_deref(), author)
        })?;
        if !self.in_transaction {
            self.verdicts.settle(true);
        }
        Ok(())
    }

    /// Puts some fields of an entry. Those of an object can be put before it is there.
    ///
    /// # Errors
    /// [`Code::NoEntry`], [`Code::NotAnObject`], [`Code::NotEncodable`], [`Code::WrongKind`], [`Code::NewerVersion`],
    /// [`Code::UnknownSlice`]
    pub fn patch(&mut self, slice: usize, key: &str, fields: &str) -> Result<(), Error> {
        let create = self.has_fields(slice)? == Kind::Object;
        let fields = self.canonical(fields, true)?;
        self.whole_or_not_at_all(slice, key, &mut |store| {
            store.prepare(slice, key)?;
            store.change(slice, key, &|state, author| {
                state.patch(&key.into(), &fields, create, author)
            })
        })
    }

    /// Adds to a field. An entry that isn't there is put first, if `init` says as what.
    ///
    /// # Errors
    /// [`Code::NoEntry`], [`Code::NotAnObject`], [`Code::NotANumber`], [`Code::NotEncodable`], [`Code::WrongKind`],
    /// [`Code::NewerVersion`], [`Code::UnknownSlice`]
    pub fn increment(
        &mut self,
        slice: usize,
        key: &str,
        field: &str,
        by: f64,
        init: Option<&str>,
    ) -> Result<(), Error> {
        let kind = self.has_fields(slice)?;
        if !by.is_finite() {
            return Err(Error::new(Code::NotANumber, &["increment by a finite number"]));
        }
        let init = match init {
            Some(init) if kind == Kind::Map => Some(self.canonical(init, true)?),
            _ => None,
        };
        if let Some(init) = &init {
            self.check_init(slice, init, field)?;
        }
        self.whole_or_not_at_all(slice, key, &mut |store| {
            // What another tab has put meanwhile must not be put again over its count.
            store.prepare(slice, key)?;
            if let Some(init) = &init
                && store.get(slice, key).is_none()
            {
                store.change(slice, key, &|state, author| state.put(&key.into(), Some(init), author))?;
            }
            store.count(slice, key, &field.into(), by)
        })
    }

    /// Removes an entry or member; gives whether it was there.
    ///
    /// # Errors
    /// [`Code::NewerVersion`], [`Code::UnknownSlice`]
    pub fn remove(&mut self, slice: usize, key: &str) -> Result<bool, Error> {
        self.look(slice)?;
        let there = self.get(slice, key).is_some();
        let capture = self.state(slice).and_then(|state| state.capture(key));
        self.consume(&Captured(vec![(slice, capture.into_iter().collect())]));
        Ok(there)
    }

    /// Removes everything; an object shows its initial fields again.
    ///
    /// # Errors
    /// [`Code::NewerVersion`], [`Code::UnknownSlice`]
    pub fn clear(&mut self, slice: usize) -> Result<(), Error> {
        self.look(slice)?;
        let captures = self.captures(slice, &|_| true);
        self.consume(&Captured(vec![(slice, captures)]));
        Ok(())
    }

    /// Refuses an entry whose field can't be counted, before it is put.
    fn check_init(&self, slice: usize, init: &str, field: &str) -> Result<(), Error> {
        let mut counts = true;
        let read = Reader::new(init).members(&mut |name, value| {
            counts &= is_number(value.skip()?) || name != field;
            Ok(())
        });
        match (read, counts) {
            (Ok(()), true) => Ok(()),
            _ => Err(self.definition(slice)?.refuse(ChangeError::NotANumber)),
        }
    }

    /// Makes what is shown of an entry what there is, so that a part of it can be changed: what has expired or is refused goes, and
    /// what an older version has written is put as this one shows it.
    fn prepare(&mut self, slice: usize, key: &str) -> Result<(), Error> {
        self.look(slice)?;
        let there = self.state(slice).is_some_and(|state| state.get(key).is_some());
        if there && self.get(slice, key).is_none() {
            self.remove(slice, key)?;
        } else if let Some(shown) = self.verdicts.shown(slice, key).cloned() {
            self.put(slice, key, &shown)?;
        }
        Ok(())
    }

    /// Not generic: a copy for each kind of change would cost the wasm build half a kilobyte each.
    fn change(&mut self, slice: usize, key: &str, make: Make<'_>) -> Result<(), Error> {
        self.look(slice)?;
        let definition = self.slices.get(slice).ok_or_else(unknown)?;
        let journal = self.journals.get_mut(definition.journal()).ok_or_else(unknown)?;
        let author = journal.author(definition.version);
        let change = match journal.slice(&definition.name) {
            Some(state) => make(state, author),
            None => make(&Slice::default(), author),
        };
        journal.apply(&definition.name, &change.map_err(|error| definition.refuse(error))?);
        self.verdicts.forget(slice, key);
        Ok(())
    }

    fn count(&mut self, slice: usize, key: &str, field: &Rc<str>, by: f64) -> Result<(), Error> {
        let initial = &self.definition(slice)?.initial;
        let create = self.definition(slice)?.kind == Kind::Object;
        if create
            && self.get(slice, ONLY_KEY).is_none()
            && initial.iter().any(|(name, text)| name == field && !is_number(text))
        {
            return Err(self.definition(slice)?.refuse(ChangeError::NotANumber));
        }
        self.change(slice, key, &|state, author| {
            state.increment(&key.into(), field, by, create, author)
        })
    }

    /// Should one step be refused, those before it must not stay.
    fn whole_or_not_at_all(
        &mut self,
        slice: usize,
        key: &str,
        steps: &mut dyn FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.in_transaction {
            return steps(self);
        }
        self.look(slice)?;
        // One step will do, as nearly always, if the entry is there and as it is shown.
        if self.get(slice, key).is_some() && self.verdicts.shown(slice, key).is_none() {
            return steps(self);
        }
        self.begin()?;
        let result = steps(self);
        self.end(result.is_ok());
        result
    }

    /// Looks at the storage before a change, as the change itself would, for those slices of which the application wants to see first what
    /// was read.
    pub fn look_at_checked(&mut self) {
        if self.in_transaction {
            return;
        }
        for definition in self.slices.iter().filter(|definition| definition.check) {
            if let Some(journal) = self.journals.get_mut(definition.journal()) {
                journal.replica();
            }
        }
    }

    /// Before something is decided by what there is, it looks whether that is all.
    fn look(&mut self, slice: usize) -> Result<(), Error> {
        let journal = self.definition(slice)?.journal();
        if let Some(journal) = self.journals.get_mut(journal) {
            journal.replica();
        }
        self.writable(slice).map(drop)
    }

    pub(super) fn writable(&self, slice: usize) -> Result<&super::Definition, Error> {
        let definition = self.definition(slice)?;
        if self
            .journal(slice)
            .is_some_and(|journal| journal.is_outdated(&definition.name))
        {
            return Err(Error::new(
                Code::NewerVersion,
                &[
                    "a newer version of the application has written ",
                    &definition.name,
                    "; load the page again to get it",
                ],
            ));
        }
        Ok(definition)
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

    fn canonical(&self, text: &str, object: bool) -> Result<String, Error> {
        let value = canonical(text, self.numbers).map_err(|error| not_json(&error))?;
        if object && !value.starts_with("{") {
            return Err(Error::new(
                Code::NotAnObject,
                &["give an object: this takes fields by name"],
            ));
        }
        Ok(value)
    }
}
