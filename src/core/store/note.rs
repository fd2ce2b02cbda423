use std::rc::Rc;

use super::{Owner, Place, Store, journal};
use crate::journal::Journal;
use crate::kind::Kind;
use crate::state::{Author, Slice};
use crate::text::concat;

/// A slice of this name holds what a journal knows of itself. No slice of an application has it.
pub(super) const NOTES: &str = "";

/// What is done once in an area, and noted there.
impl Store {
    /// Whether what another library had stored for this slice was taken over, on this device.
    #[must_use]
    pub fn is_adopted(&self, slice: usize) -> bool {
        let definition = self.slices.get(slice);
        definition.is_some_and(|definition| {
            let journal = self.journals.get(journal(definition.place, Owner::Device));
            journal.is_some_and(|journal| has_note(journal, &adopted(&definition.name)))
        })
    }

    /// Notes that it was.
    pub fn set_adopted(&mut self, slice: usize) {
        if let Some(definition) = self.slices.get(slice)
            && let Some(journal) = self.journals.get_mut(journal(definition.place, Owner::Device))
        {
            make_note(journal, &adopted(&definition.name));
        }
    }

    /// Puts the entries that maps and sets have at first, once in each area.
    pub(super) fn begin_slices(&mut self, place: Place, owner: Owner) {
        for definition in &self.slices {
            let at = journal(place, owner);
            let Some(journal) = self.journals.get_mut(at).filter(|_| definition.journal() == at) else {
                continue;
            };
            if definition.kind == Kind::Object || definition.initial.is_empty() {
                continue;
            }
            let note = concat(&["initial/", &definition.name]);
            if has_note(journal, &note) || journal.is_outdated(&definition.name) {
                continue;
            }
            for (key, value) in &definition.initial {
                let value = (definition.kind == Kind::Map).then_some(&**value);
                put(journal, &definition.name, key, value, definition.version);
            }
            make_note(journal, &note);
        }
    }
}

fn adopted(slice: &str) -> String {
    concat(&["adopted/", slice])
}

pub(super) fn put(journal: &mut Journal, name: &Rc<str>, key: &Rc<str>, value: Option<&str>, version: u32) {
    let author: Author = journal.author(version);
    let nothing = Slice::default();
    // What is stored has been read as JSON.
    if let Ok(change) = journal.slice(name).unwrap_or(&nothing).put(key, value, author) {
        journal.apply(name, &change);
    }
}

pub(super) fn has_note(journal: &Journal, note: &str) -> bool {
    journal.slice(NOTES).is_some_and(|notes| notes.get(note).is_some())
}

pub(super) fn make_note(journal: &mut Journal, note: &str) {
    put(journal, &NOTES.into(), &note.into(), None, 1);
}
