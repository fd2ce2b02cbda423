//! The other file that knows holdall: the keys of its storage entries, and what a stored document says.

use holdall::journal::Document;
use holdall::number::NATIVE;
use holdall::state::{Entry, Part, Slice, part_of};

use crate::page::{Dot, Replica};
use crate::slices::SLICES;

/// Before every key of the journal.
const PREFIX: &str = "shop/device/";

/// What a later version of the library may write.
pub(crate) const LATER: &str = r#"{"f":99,"x":0}"#;

/// A key like the journal's own, that none of its pages writes.
pub(crate) fn foreign_key(number: u64) -> String {
    format!("{PREFIX}r/0.0000000000000000-{number}")
}

/// What a storage key is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Record,
    /// Several records, joined.
    Merged,
    Snapshot,
    /// Not of the journal.
    Other,
}

pub(crate) fn role(key: &str) -> Role {
    match key.strip_prefix(PREFIX) {
        Some(rest) if rest.starts_with("r/") => Role::Record,
        Some(rest) if rest.starts_with("m/") => Role::Merged,
        Some(rest) if rest.starts_with("s/") => Role::Snapshot,
        _ => Role::Other,
    }
}

/// Whether it is an entry of some area's journal.
pub(crate) fn is_journal(key: &str) -> bool {
    ["/r/", "/m/", "/s/"].iter().any(|kind| key.contains(kind)) && !key.contains("/q/")
}

/// Whether it says who has taken over what a guest had put.
pub(crate) fn is_claim(key: &str) -> bool {
    key.starts_with("shop/claim/")
}

/// Whether a guest has put it.
pub(crate) fn is_guest(key: &str) -> bool {
    key.starts_with("shop/g.")
}

/// The page that wrote a record, in whatever area.
pub(crate) fn author(key: &str) -> Option<Replica> {
    let (_, name) = key.split_once("/r/")?;
    let (replica, _) = name.split_once('-')?;
    Replica::parse(replica)
}

/// Whether a page takes in what a storage event tells of this key.
pub(crate) fn is_joined_from_event(key: &str) -> bool {
    role(key) == Role::Record
}

/// A stored document, as far as the oracle asks it.
pub(crate) struct Stored {
    pub(crate) role: Role,
    /// The youngest replica that its writer doesn't name any more.
    horizon: Option<Replica>,
    /// The youngest replica that nobody need name any more once this has stayed.
    pub(crate) announced: Option<Replica>,
    pub(crate) slices: Vec<Option<Slice>>,
}

impl Stored {
    /// `None` if it can't be read.
    pub(crate) fn read(key: &str, text: &str) -> Option<Self> {
        let document = Document::decode(text, NATIVE).ok()?;
        let mut slices = document.slices;
        let slices = SLICES.iter().map(|spec| {
            let at = slices.iter().position(|(name, _)| **name == *spec.name)?;
            Some(slices.swap_remove(at).1)
        });
        let role = role(key);
        let is_snapshot = role == Role::Snapshot;
        Some(Self {
            role,
            horizon: document.horizon.filter(|_| !is_snapshot),
            announced: document.horizon.filter(|_| is_snapshot),
            slices: slices.collect(),
        })
    }

    /// What it says of an entry; `None` if it doesn't speak of it.
    pub(crate) fn about<'a>(&'a self, slice: usize, key: &'a str) -> Option<About<'a>> {
        let part = self.slices[slice].as_ref()?.part(part_of(key))?;
        let entry = part.entries.get(key);
        if entry.is_none() && self.role != Role::Snapshot {
            return None;
        }
        let is_whole = self.role == Role::Snapshot;
        Some(About { part, entry, is_whole })
    }

    /// Whether joining what the other says would change nothing.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let nothing = Slice::default();
        let mut slices = self.slices.iter().zip(&other.slices);
        other.role != Role::Snapshot
            && slices.all(|(own, other)| {
                let own = own.as_ref().unwrap_or(&nothing);
                other.as_ref().is_none_or(|other| own.includes(other))
            })
    }

    /// The youngest replica that its writer doesn't name any more.
    pub(crate) fn horizon(&self) -> Option<Replica> {
        self.retired().max(self.horizon)
    }

    /// The youngest replica up to which it says that all is known.
    pub(crate) fn retired(&self) -> Option<Replica> {
        self.slices.iter().flatten().filter_map(horizon).max()
    }

    /// The newest version of the application that has written what it shows of a slice.
    pub(crate) fn version(&self, slice: usize) -> u8 {
        let entries = self.slices[slice].iter().flat_map(Slice::entries);
        let events = entries.flat_map(|(_, entry)| &entry.events);
        events.map(|event| event.version as u8).max().unwrap_or(0)
    }
}

pub(crate) fn horizon(slice: &Slice) -> Option<Replica> {
    slice
        .parts()
        .iter()
        .filter_map(|(_, part)| part.context.horizon())
        .max()
}

/// What a document says of an entry.
pub(crate) struct About<'a> {
    part: &'a Part,
    is_whole: bool,
    entry: Option<&'a Entry>,
}

impl About<'_> {
    /// Whether it has seen the event.
    pub(crate) fn has_seen(&self, dot: Dot) -> bool {
        self.part.context.contains(dot)
    }

    /// Whether it speaks of all that there is.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether it shows the event.
    pub(crate) fn lists(&self, dot: Dot) -> bool {
        self.entry
            .is_some_and(|entry| entry.events.iter().any(|event| event.dot == dot))
    }

    /// Whether the replica is so old that it isn't named any more.
    pub(crate) fn has_retired(&self, replica: Replica) -> bool {
        self.part.context.has_retired(replica)
    }

    /// Up to which operation it has seen what this replica added to the field, and up to which it was taken away.
    pub(crate) fn counted(&self, field: &str, replica: Replica) -> (u64, u64) {
        let counters = self.entry.map_or(&[][..], |entry| &entry.counters);
        let counter = counters
            .iter()
            .find(|counter| *counter.field == *field && counter.replica == replica);
        counter.map_or((0, 0), |counter| (counter.added.seq, counter.floor.seq))
    }
}
