use std::rc::Rc;

use super::Store;
use crate::json::{self, Reader, utf16_order, write};
use crate::kind::Kind;
use crate::list::retain;
use crate::sort::sort_by;
use crate::state::{Entry, Field, Slice, write_object};

/// An object is one entry, under this key.
pub(super) const ONLY_KEY: &str = "";

/// Whether a key is a set's member: one scalar, as JSON. The slice may have been a map in an earlier release.
pub(super) fn is_member(key: &str) -> bool {
    let mut reader = Reader::new(key);
    let scalar = !matches!(reader.kind(), Err(_) | Ok(json::Kind::Array | json::Kind::Object));
    scalar && reader.skip().and_then(|_| reader.end()).is_ok()
}

impl Store {
    /// An entry's value as canonical JSON; `true` for a member that is there, or the member as the application shows it. An object's is the key `""`, and always there.
    #[must_use]
    pub fn entry(&self, slice: usize, key: &str) -> Option<String> {
        let definition = self.slices.get(slice)?;
        let entry = self.get(slice, key);
        match (definition.kind, entry, self.verdicts.shown(slice, key)) {
            (_, Some(_), Some(shown)) => Some(String::from(&**shown)),
            (Kind::Set, entry, None) => entry.map(|_| "true".to_owned()),
            (Kind::Map, Some(entry), None) => entry.value(self.numbers),
            (Kind::Map | Kind::Set, None, Some(_)) => None,
            (Kind::Map, None, None) => None,
            (Kind::Object, entry, _) => Some(write_object(&definition.fields(entry, self.numbers))),
        }
    }

    /// The keys that are there, in the order in which they came, which is the same in every tab.
    #[must_use]
    pub fn keys(&self, slice: usize) -> Vec<Rc<str>> {
        let mut keys = self.state(slice).map_or_else(Vec::new, Slice::keys);
        retain(&mut keys, |key| self.is_shown(slice, key));
        keys
    }

    /// The entry, if it shows.
    pub(super) fn get(&self, slice: usize, key: &str) -> Option<&Entry> {
        let entry = self.state(slice)?.get(key)?;
        let hidden = self.is_expired(slice, entry) || self.verdicts.is_refused(slice, key);
        (!hidden).then_some(entry)
    }

    pub(super) fn is_shown(&self, slice: usize, key: &str) -> bool {
        let is_set = self.slices.get(slice).is_some_and(|slice| slice.kind == Kind::Set);
        (!is_set || is_member(key)) && self.get(slice, key).is_some()
    }

    /// The whole slice as it is sent: canonical JSON, an array for a set and else an object, so that equal slices have equal bytes
    /// whatever the order of their making. `None` if it is empty.
    #[must_use]
    pub fn whole(&self, slice: usize) -> Option<String> {
        let definition = self.slices.get(slice)?;
        if definition.kind == Kind::Object {
            return self.entry(slice, ONLY_KEY).filter(|object| object != "{}");
        }
        let mut keys = self.keys(slice);
        sort_by(&mut keys, |a, b| utf16_order(a, b));
        if keys.is_empty() {
            return None;
        }
        if definition.kind == Kind::Map {
            let mut entries: Vec<Field> = Vec::new();
            for key in keys {
                if let Some(value) = self.entry(slice, &key) {
                    entries.push((key, value.into()));
                }
            }
            return Some(write_object(&entries));
        }
        let mut out = String::from("[");
        let mut first = true;
        for key in &keys {
            write::comma(&mut out, &mut first);
            out.push_str(self.verdicts.shown(slice, key).unwrap_or(key));
        }
        out.push(']');
        Some(out)
    }
}
