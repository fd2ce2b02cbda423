use std::rc::Rc;

use super::Store;
use crate::json::{self, Reader, utf16_order, write};
use crate::kind::Kind;
use crate::list::retain;
use crate::sort::sort_by;
use crate::state::{Entry, Slice, write_object};

/// An object is one entry, under this key.
pub(super) const ONLY_KEY: &str = "";

/// Whether a key is a set's member: one scalar, as JSON. The slice may have been a map in an earlier release.
pub(super) fn is_member(key: &str) -> bool {
    let mut reader = Reader::new(key);
    let scalar = !matches!(reader.kind(), Err(_) | Ok(json::Kind::Array | json::Kind::Object));
    scalar && reader.skip().and_then(|_| reader.end()).is_ok()
}

impl Store {
    /// An entry's value as canonical JSON; of a member that is there, the member as the application shows it. An object's is the key `""`, and
    /// always there.
    #[must_use]
    pub fn entry(&self, slice: usize, key: &str) -> Option<String> {
        let definition = self.slices.get(slice)?;
        let entry = self.get(slice, key);
        match (definition.kind, entry, self.verdicts.shown(slice, key)) {
            (_, Some(_), Some(shown)) => Some(String::from(&**shown)),
            // The key, for that is the member.
            (Kind::Set, Some(_), None) => is_member(key).then(|| key.to_owned()),
            (Kind::Map, Some(entry), None) => entry.value(self.numbers),
            (Kind::Map | Kind::Set, None, _) => None,
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
        (!self.is_hidden(slice, key, entry)).then_some(entry)
    }

    pub(super) fn is_shown(&self, slice: usize, key: &str) -> bool {
        self.is_of_kind(slice, key) && self.get(slice, key).is_some()
    }

    fn is_of_kind(&self, slice: usize, key: &str) -> bool {
        let is_set = self.slices.get(slice).is_some_and(|slice| slice.kind == Kind::Set);
        !is_set || is_member(key)
    }

    fn is_hidden(&self, slice: usize, key: &str, entry: &Entry) -> bool {
        self.is_expired(slice, entry) || self.verdicts.is_refused(slice, key)
    }

    /// The whole slice as it is sent: canonical JSON, an array for a set and else an object, so that equal slices have equal bytes
    /// whatever the order of their making. `None` if it is empty.
    #[must_use]
    pub fn whole(&self, slice: usize) -> Option<String> {
        let definition = self.slices.get(slice)?;
        if definition.kind == Kind::Object {
            return self.entry(slice, ONLY_KEY).filter(|object| object != "{}");
        }
        let state = self.state(slice)?;
        // What expires, or is checked, may show otherwise though nothing was changed.
        let stays = definition.ttl.is_none() && !definition.check;
        if let Some(written) = state.written().filter(|_| stays) {
            return Some(String::from(&**written));
        }
        let whole = self.write_whole(slice, definition.kind)?;
        if stays {
            state.keep_written(&whole);
        }
        Some(whole)
    }

    fn write_whole(&self, slice: usize, kind: Kind) -> Option<String> {
        let mut entries = Vec::new();
        for (key, entry) in self.state(slice)?.entries() {
            if entry.is_present() && self.is_of_kind(slice, key) && !self.is_hidden(slice, key, entry) {
                entries.push((&**key, entry));
            }
        }
        if entries.is_empty() {
            return None;
        }
        sort_by(&mut entries, |(a, _), (b, _)| utf16_order(a, b));
        let (open, close) = if kind == Kind::Set { ("[", "]") } else { ("{", "}") };
        let mut out = String::from(open);
        let mut first = true;
        for (key, entry) in entries {
            write::comma(&mut out, &mut first);
            if kind == Kind::Map {
                write::string(&mut out, key);
                out.push(':');
            }
            match self.verdicts.shown(slice, key) {
                Some(shown) => out.push_str(shown),
                None if kind == Kind::Set => out.push_str(key),
                None => entry.write(&mut out, self.numbers),
            }
        }
        out.push_str(close);
        Some(out)
    }
}
