//! The slices as users know them: by index and kind, whatever area holds them.

use std::rc::Rc;

mod captured;
mod change;
mod check;
mod definition;
mod expiry;
mod export;
mod guest;
mod note;
mod owner;
mod pacing;
mod reserve;
mod view;
mod write;

pub use captured::Captured;
pub use check::Unchecked;
pub use definition::{Owner, Place, SliceConfig};

use check::Verdicts;
use definition::Definition;
use owner::PLACES;
use pacing::Pacing;
use reserve::Reserve;

use crate::error::{Code, Error};
use crate::journal::{Changes, Journal, Limits, MemoryStorage, Storage};
use crate::json::JsonError;
use crate::kind::Kind;
use crate::number::Numbers;
use crate::random::Random;
use crate::sort::sort_and_dedup;
use crate::state::Slice;
use crate::text::has_any;
use crate::time::Now;

/// What the store needs of its environment.
pub struct Setting {
    /// For [`Place::Local`].
    pub local: Rc<dyn Storage>,
    /// For [`Place::Session`].
    pub session: Rc<dyn Storage>,
    /// How numbers are read and written.
    pub numbers: Numbers,
    /// How much may pile up.
    pub limits: Limits,
    /// 64 random bits.
    pub seed: u64,
    /// What time it is.
    pub now: Now,
    /// Whose state is shown first; see [`Store::set_owner`].
    pub owner: Option<String>,
}

/// All slices, and the journals that hold them.
pub struct Store {
    name: String,
    slices: Vec<Definition>,
    /// By [`Place`].
    storages: [Rc<dyn Storage>; 3],
    /// By [`Owner`], then by [`Place`].
    journals: [Journal; 6],
    owner: Option<String>,
    verdicts: Verdicts,
    /// Guests' areas that the owner holds all of, and since when that is known, by the monotonic clock.
    taken_over: Vec<(Place, u64, u64)>,
    reserve: Reserve,
    /// The reserve was given up, and compacting hasn't used it yet.
    tight: bool,
    numbers: Numbers,
    limits: Limits,
    random: Random,
    now: Now,
    /// When the next entry expires, at the earliest.
    next_expiry: u64,
    /// What isn't told yet: of journals that others have taken the place of, and of keys that show something else for another reason than a
    /// change.
    news: News,
    /// The journal that compacts next, and whether one before it goes on later.
    turn: usize,
    resting: bool,
    pacing: Pacing,
    in_transaction: bool,
    /// What was stored has been read.
    opened: bool,
}

/// What happened to the slices since it was last asked.
#[derive(Debug, Default)]
pub struct News {
    /// The keys that changed, by slice.
    pub keys: Vec<(usize, Vec<Rc<str>>)>,
    /// Whether other keys show somewhere, or in another order; but for those that have come last.
    pub moved: bool,
    /// Storage entries that can't be read. They were set aside, or stay where they are.
    pub damaged: Vec<Rc<str>>,
    /// Storage entries of a newer version of this library or of the application. They are left where they are.
    pub newer: Vec<Rc<str>>,
}

impl Store {
    /// A store of these slices, with what is stored under the prefix `name`.
    ///
    /// # Errors
    /// [`Code::BadConfig`]
    pub fn open(name: &str, configs: &[SliceConfig], setting: Setting) -> Result<Self, Error> {
        let mut store = Self::new(name, configs, setting)?;
        store.load();
        Ok(store)
    }

    /// The same, but with nothing in it before [`load_some`](Self::load_some) says that there is no more.
    ///
    /// # Errors
    /// [`Code::BadConfig`]
    pub fn new(name: &str, configs: &[SliceConfig], setting: Setting) -> Result<Self, Error> {
        let mut slices: Vec<Definition> = Vec::with_capacity(configs.len());
        for config in configs {
            let slice = Definition::new(config, setting.numbers)?;
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
        let memory: Rc<dyn Storage> = Rc::<MemoryStorage>::default();
        let Setting {
            local,
            session,
            numbers,
            limits,
            seed,
            now,
            owner,
        } = setting;
        let storages = [local, session, memory];
        let mut random = Random::new(seed);
        let mut journal = |place: usize| {
            let storage = storages.get(place % 3).unwrap_or(&storages[0]).clone();
            Journal::new(
                storage,
                String::new(),
                numbers,
                Random::new(random.draw()),
                limits,
                Vec::new(),
            )
        };
        let journals = core::array::from_fn(&mut journal);
        let mut store = Self {
            name: name.to_owned(),
            reserve: Reserve::new(name, storages[0].clone()),
            slices,
            storages,
            journals,
            owner: None,
            verdicts: Verdicts::default(),
            taken_over: Vec::new(),
            tight: false,
            numbers,
            limits,
            random,
            now,
            next_expiry: 0,
            news: News::default(),
            turn: 0,
            resting: false,
            pacing: Pacing::default(),
            in_transaction: false,
            opened: false,
        };
        for place in PLACES {
            store.open_area(place, Owner::Device, "device/");
        }
        store.open_owner_areas(owner);
        Ok(store)
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

    /// Looks for what other tabs have stored.
    pub fn load(&mut self) {
        while self.load_some() {}
    }

    /// The same, one task's worth. Gives whether there is more.
    pub fn load_some(&mut self) -> bool {
        for journal in &mut self.journals {
            if journal.load_some(self.limits.chunk) {
                return true;
            }
        }
        if !core::mem::replace(&mut self.opened, true) {
            for place in PLACES {
                self.begin_slices(place, Owner::Device);
            }
            self.begin_owner();
            // There is nobody yet to be told of it.
            self.news.keys.clear();
            self.news.moved = false;
            self.journals.iter_mut().for_each(Journal::forget_news);
            // Looked for with the next tick, among what was read.
            self.next_expiry = 0;
        } else {
            self.leave_claimed();
        }
        false
    }

    /// Whether a storage key begins with the name.
    #[must_use]
    pub fn concerns(&self, key: &str) -> bool {
        key.strip_prefix(&*self.name).is_some_and(|rest| rest.starts_with("/"))
    }

    /// Another tab has stored or removed an entry (`text` is `None`), or emptied the storage (`key` is `None`).
    pub fn stored_elsewhere(&mut self, place: Place, key: Option<&str>, text: Option<&str>) {
        if key.is_none() {
            self.reserve.lost();
        }
        for owner in [Owner::Device, Owner::User] {
            let Some(journal) = self.journals.get_mut(journal(place, owner)) else {
                continue;
            };
            match (key, text) {
                (None, _) => journal.wipe(),
                (Some(key), Some(text)) => journal.receive(key, text),
                (Some(_), None) => {}
            }
        }
    }

    /// What has changed since this was last asked.
    pub fn take_news(&mut self) -> News {
        for at in 0..self.journals.len() {
            self.gather(at);
        }
        let mut news = core::mem::take(&mut self.news);
        for (slice, keys) in core::mem::take(&mut news.keys) {
            match news.keys.iter_mut().find(|(other, _)| *other == slice) {
                Some((_, known)) => known.extend(keys),
                None => news.keys.push((slice, keys)),
            }
        }
        news.keys.iter_mut().for_each(|(_, keys)| sort_and_dedup(keys));
        self.note_expiry(&news.keys);
        news
    }

    /// Takes what a journal has to tell.
    fn gather(&mut self, at: usize) {
        let Some(journal) = self.journals.get_mut(at).filter(|journal| journal.has_news()) else {
            return;
        };
        let Changes {
            keys,
            moved,
            damaged,
            newer,
        } = journal.take_changes();
        for (name, keys) in keys {
            // Slices that only another version of the application has are kept, and nobody here watches them.
            let known = |slice: &Definition| slice.name == name && slice.journal() == at;
            if let Some(slice) = self.slices.iter().position(known) {
                self.news.keys.push((slice, keys));
            }
        }
        self.news.moved |= moved;
        self.news.damaged.extend(damaged);
        self.news.newer.extend(newer);
    }

    /// Keys of a slice show something else.
    fn note(&mut self, slice: usize, keys: Vec<Rc<str>>) {
        if !keys.is_empty() {
            self.news.moved = true;
            self.news.keys.push((slice, keys));
        }
    }

    /// All that is known of a slice; `None` if nobody has changed it yet.
    #[must_use]
    pub fn state(&self, slice: usize) -> Option<&Slice> {
        self.journal(slice)?.slice(&self.slices.get(slice)?.name)
    }

    fn definition(&self, slice: usize) -> Result<&Definition, Error> {
        self.slices.get(slice).ok_or_else(unknown)
    }

    fn journal(&self, slice: usize) -> Option<&Journal> {
        self.journals.get(self.slices.get(slice)?.journal())
    }
}

/// Where a journal is in [`Store::journals`].
fn journal(place: Place, owner: Owner) -> usize {
    place as usize + owner as usize * 3
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
