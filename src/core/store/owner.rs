use std::rc::Rc;

use super::{Definition, Owner, Place, Store, journal};
use crate::journal::{Journal, Known};
use crate::json::write;
use crate::kind::Kind;
use crate::random::Random;
use crate::sort::sort_and_dedup;
use crate::state::{Author, Entry, MAX_CLOCK, Slice};
use crate::text::{concat, integer, split_once};

/// A slice of this name holds what a journal knows of itself. No slice of an application has it.
const NOTES: &str = "";

/// So many claims are kept whose areas are empty.
const CLAIMS: usize = 8;

const PLACES: [Place; 3] = [Place::Local, Place::Session, Place::Memory];

/// The areas of users and guests.
///
/// A user's area is `<name>/u.<subject>/`, a guest's `<name>/g.<n>/`, both for the slices whose owner is the user. Who signs in
/// first claims the guest's area, by storing `<name>/claim/<n>/<subject>`, and then takes over what it holds. From then on it is this
/// user's, whatever happens; the next guest has the next number.
impl Store {
    /// Whose state is shown: a subject's, or a guest's (`None`). What a guest has put is taken over by the subject that comes next.
    pub fn set_owner(&mut self, subject: Option<String>) {
        if self.owner == subject {
            return;
        }
        // What can't be stored now is lost with the page's view of it, and was reported when it failed first.
        let _ = self.flush();
        for slice in 0..self.slices.len() {
            self.note_shown(slice);
        }
        let claims = self.owner.is_none() && subject.is_some();
        let mut guests = Vec::new();
        if let Some(subject) = subject.as_deref().filter(|_| claims) {
            for place in PLACES {
                guests.extend(self.claim(place, subject));
            }
        }
        self.open_owner(subject);
        for (place, guest) in guests {
            self.take_over(place, &guest);
        }
        for slice in 0..self.slices.len() {
            self.note_shown(slice);
        }
    }

    /// Whose state is shown: a subject's, or a guest's (`None`).
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Whether any slice is its user's.
    #[must_use]
    pub fn has_users(&self) -> bool {
        self.slices.iter().any(|slice| slice.owner == Owner::User)
    }

    /// Opens the areas of users anew: for a guest whose area somebody has claimed meanwhile, or for a user who has signed in again.
    /// What wasn't stored is forgotten, since it was the former one's.
    pub fn reopen(&mut self) {
        for slice in 0..self.slices.len() {
            self.note_shown(slice);
        }
        self.open_owner(self.owner.clone());
        for slice in 0..self.slices.len() {
            self.note_shown(slice);
        }
    }

    /// Removes everything that a subject has stored here. It must not be the one whose state is shown.
    pub fn erase_subject(&mut self, subject: &str) {
        for place in PLACES {
            for number in self.claimed(place, subject) {
                self.guest(place, number).remove_all();
            }
            self.open_journal(place, &user_area(subject), Vec::new()).remove_all();
        }
    }

    /// Whether a guest is shown whose area has been claimed.
    pub(super) fn is_claimed(&self) -> bool {
        self.owner.is_none()
            && PLACES.iter().any(|&place| {
                let journal = self.journals.get(journal(place, Owner::User));
                let number = journal.and_then(|journal| guest_number(journal.area()));
                number.is_some_and(|number| number < self.next_guest(place))
            })
    }

    pub(super) fn open_device(&mut self) {
        for place in PLACES {
            self.open_area(place, Owner::Device, "device/");
            self.begin_slices(place, Owner::Device);
        }
    }

    pub(super) fn open_owner(&mut self, subject: Option<String>) {
        self.owner = subject;
        for place in PLACES {
            let area = match &self.owner {
                Some(subject) => user_area(subject),
                None => guest_area(self.next_guest(place)),
            };
            self.open_area(place, Owner::User, &area);
            // A page that ended in the midst of it has left this behind.
            for number in self
                .owner
                .clone()
                .map_or_else(Vec::new, |subject| self.claimed(place, &subject))
            {
                let guest = self.guest(place, number);
                self.take_over(place, &guest);
            }
            self.begin_slices(place, Owner::User);
            self.forget_claims(place);
        }
    }

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

    /// Whether what is stored under this key, after the name, may be shown to the present owner.
    pub(super) fn may_show(&self, place: usize, key: &str) -> bool {
        let own = self.owner.as_deref();
        let Some((area, _)) = split_once(key, b'/') else {
            return true;
        };
        if let Some(subject) = area.strip_prefix("u.") {
            return Some(subject) == own;
        }
        let Some(number) = area.strip_prefix("g.") else {
            return true;
        };
        let claims = PLACES.get(place).map_or_else(Vec::new, |&place| self.claims(place));
        let claim = claims.iter().find(|(other, _)| integer(number, 10) == Some(*other));
        claim.is_none_or(|(_, claimant)| Some(&**claimant) == own)
    }

    fn open_area(&mut self, place: Place, owner: Owner, area: &str) {
        let at = journal(place, owner);
        for (slice, definition) in self.slices.iter().enumerate() {
            if definition.journal() == at {
                self.verdicts.forget_slice(slice);
            }
        }
        let known = self.known(at);
        let mut opened = self.open_journal(place, area, known);
        opened.load();
        if let Some(journal) = self.journals.get_mut(at) {
            *journal = opened;
        }
    }

    /// The slices that are in a journal.
    fn known(&self, at: usize) -> Vec<Known> {
        let mut known = Vec::new();
        for definition in &self.slices {
            if definition.journal() == at {
                known.push(Known {
                    name: definition.name.clone(),
                    version: definition.version,
                    read: definition.check.then(Vec::new),
                });
            }
        }
        known
    }

    fn open_journal(&mut self, place: Place, area: &str, known: Vec<Known>) -> Journal {
        let storage = self.storages.get(place as usize).unwrap_or(&self.storages[0]).clone();
        let prefix = concat(&[&self.name, "/", area]);
        let random = Random::new(self.random.draw());
        let mut journal = Journal::new(storage, prefix, self.numbers, random, self.limits, known);
        journal.tick(self.now);
        journal
    }

    /// Puts the entries that maps and sets have at first, once in each area.
    fn begin_slices(&mut self, place: Place, owner: Owner) {
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

    /// Claims the guest's area for a subject, if there is anything in it, and gives what it holds.
    fn claim(&mut self, place: Place, subject: &str) -> Option<(Place, Journal)> {
        let storage = self.storages.get(place as usize)?.clone();
        let empty = self.open_journal(place, "", Vec::new());
        let claims = self.claims(place);
        let guest = self.journals.get(journal(place, Owner::User))?;
        if !self.slices.iter().any(|definition| holds(guest, definition)) {
            return None;
        }
        let number = guest_number(guest.area())?;
        let claimant = claims.iter().find(|(other, _)| *other == number);
        let guest = core::mem::replace(self.journals.get_mut(journal(place, Owner::User))?, empty);
        match claimant {
            // Another tab has signed in first.
            Some((_, claimant)) => return (claimant == subject).then_some((place, guest)),
            None => {
                let key = self.claim_key(number, subject);
                let claimed = storage.set(&key, "").is_ok() || self.reserve.release() && storage.set(&key, "").is_ok();
                // It must not be there for the next guest; what it holds is in memory.
                if !claimed {
                    guest.remove_all();
                }
            }
        }
        Some((place, guest))
    }

    /// Joins what a guest has put. Doing so again changes nothing.
    fn take_over(&mut self, place: Place, guest: &Journal) {
        let Some(journal) = self.journals.get_mut(journal(place, Owner::User)) else {
            return;
        };
        let missing = missing(journal, guest, &self.slices);
        // What it brings is later than all that it had seen.
        journal.witness(guest);
        for (name, key, entry) in &missing {
            let nothing = Slice::default();
            match journal.slice(name).unwrap_or(&nothing).transplanted(key, entry) {
                Some(change) => journal.apply(name, &change),
                // The names of whoever put it are too old to be believed here. As a put of this page it counts once, too.
                None => {
                    let value = entry.value(guest.numbers());
                    put(journal, name, key, value.as_deref(), entry.version());
                }
            }
            journal.note_read(name, core::slice::from_ref(key));
        }
        if !guest.is_understood() {
            // A newer version will take over the rest.
        } else if !has_note(journal, &taken(guest)) {
            make_note(journal, &taken(guest));
        } else if let (true, Some(number)) = (missing.is_empty(), guest_number(guest.area())) {
            self.taken_over.push((place, number, self.now.monotonic));
        }
    }

    /// Removes the guests' areas whose users have stored all of it, and for a while.
    pub(super) fn drop_taken_over(&mut self) {
        for (place, number, since) in core::mem::take(&mut self.taken_over) {
            let journal = self.journals.get(journal(place, Owner::User));
            let settled = journal.is_some_and(Journal::is_settled);
            if self.now.monotonic < since + self.limits.confirm || !settled {
                self.taken_over.push((place, number, since));
                continue;
            }
            let Some(subject) = self.owner.clone() else { continue };
            let guest = self.guest(place, number);
            // Not what this page remembers, but what is stored now.
            let mut stored = self.open_journal(place, &user_area(&subject), Vec::new());
            stored.load();
            if has_note(&stored, &taken(&guest)) && missing(&stored, &guest, &self.slices).is_empty() {
                guest.remove_joined();
            }
        }
    }

    /// Keys that may show something else, or nothing, when the owner is another.
    fn note_shown(&mut self, slice: usize) {
        let owned = self.slices.get(slice).is_some_and(|slice| slice.owner == Owner::User);
        if owned && let Some(state) = self.state(slice) {
            let keys = state.keys();
            if !keys.is_empty() {
                self.shown.push((slice, keys));
            }
        }
    }

    /// The guests' areas that a subject has claimed and that aren't empty.
    fn claimed(&self, place: Place, subject: &str) -> Vec<u64> {
        let mut numbers = Vec::new();
        for (number, claimant) in self.claims(place) {
            if claimant == subject && !self.is_empty(place, number) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// All claims, in order. Of several of one area the first holds.
    fn claims(&self, place: Place) -> Vec<(u64, String)> {
        let prefix = self.claim_prefix();
        let mut claims = Vec::new();
        if let Some(storage) = self.storages.get(place as usize) {
            for key in storage.keys() {
                let claim = key.strip_prefix(&*prefix).and_then(|rest| split_once(rest, b'/'));
                if let Some((number, subject)) = claim
                    && let Some(number) = integer(number, 10).filter(|number| *number <= MAX_CLOCK)
                {
                    claims.push((number, subject.to_owned()));
                }
            }
        }
        sort_and_dedup(&mut claims);
        crate::list::dedup(&mut claims, |first, second| first.0 == second.0);
        claims
    }

    fn next_guest(&self, place: Place) -> u64 {
        self.claims(place).last().map_or(0, |(number, _)| number + 1)
    }

    /// Drops old claims of areas that are empty: the number of the next guest needs the last one alone.
    fn forget_claims(&mut self, place: Place) {
        let claims = self.claims(place);
        let old = claims.len().saturating_sub(CLAIMS);
        for (number, subject) in claims.iter().take(old) {
            if self.is_empty(place, *number)
                && let Some(storage) = self.storages.get(place as usize)
            {
                storage.remove(&self.claim_key(*number, subject));
            }
        }
    }

    fn is_empty(&self, place: Place, number: u64) -> bool {
        let prefix = concat(&[&self.name, "/", &guest_area(number)]);
        let storage = self.storages.get(place as usize);
        storage.is_none_or(|storage| !storage.keys().iter().any(|key| key.starts_with(&*prefix)))
    }

    fn guest(&mut self, place: Place, number: u64) -> Journal {
        let known = self.known(journal(place, Owner::User));
        let mut guest = self.open_journal(place, &guest_area(number), known);
        guest.load();
        guest
    }

    fn claim_prefix(&self) -> String {
        concat(&[&self.name, "/claim/"])
    }

    fn claim_key(&self, number: u64, subject: &str) -> String {
        let mut key = self.claim_prefix();
        write::integer(&mut key, number);
        key.push('/');
        key.push_str(subject);
        key
    }
}

fn user_area(subject: &str) -> String {
    concat(&["u.", subject, "/"])
}

/// The note that a guest's area was taken over.
fn taken(guest: &Journal) -> String {
    concat(&["guest/", guest.area()])
}

/// What a guest has put and a user's journal doesn't hold.
fn missing(journal: &Journal, guest: &Journal, slices: &[Definition]) -> Vec<(Rc<str>, Rc<str>, Entry)> {
    let known = has_note(journal, &taken(guest));
    let mut missing = Vec::new();
    for (name, slice) in guest.slices() {
        let definition = slices.iter().find(|definition| definition.name == *name);
        let nothing = Slice::default();
        let own = journal.slice(name).unwrap_or(&nothing);
        for (key, entry) in slice.entries() {
            let is_missing = match own.transplanted(key, entry) {
                Some(change) => !own.includes(&change),
                None => !known && entry.is_present(),
            };
            let is_initial = definition.is_some_and(|definition| definition.is_initial(key, entry));
            if is_missing && !is_initial && **name != *NOTES {
                missing.push((name.clone(), key.clone(), entry.clone()));
            }
        }
    }
    missing
}

/// Whether a guest has put anything into a slice.
fn holds(guest: &Journal, definition: &Definition) -> bool {
    guest.slice(&definition.name).is_some_and(|slice| {
        let mut entries = slice.entries();
        entries.any(|(key, entry)| !definition.is_initial(key, entry))
    })
}

fn adopted(slice: &str) -> String {
    concat(&["adopted/", slice])
}

fn guest_area(number: u64) -> String {
    let mut area = String::from("g.");
    write::integer(&mut area, number);
    area.push('/');
    area
}

fn guest_number(area: &str) -> Option<u64> {
    let (_, area) = split_once(area, b'/')?;
    integer(area.strip_prefix("g.")?.strip_suffix('/')?, 10)
}

fn put(journal: &mut Journal, name: &Rc<str>, key: &Rc<str>, value: Option<&str>, version: u32) {
    let author: Author = journal.author(version);
    let nothing = Slice::default();
    // What is stored has been read as JSON.
    if let Ok(change) = journal.slice(name).unwrap_or(&nothing).put(key, value, author) {
        journal.apply(name, &change);
    }
}

fn has_note(journal: &Journal, note: &str) -> bool {
    journal.slice(NOTES).is_some_and(|notes| notes.get(note).is_some())
}

fn make_note(journal: &mut Journal, note: &str) {
    put(journal, &NOTES.into(), &note.into(), None, 1);
}
