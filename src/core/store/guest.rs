use std::rc::Rc;

use super::note::{NOTES, has_note, make_note, put};
use super::owner::{PLACES, user_area};
use super::{Definition, Owner, Place, Store, journal};
use crate::journal::Journal;
use crate::json::write;
use crate::list::dedup;
use crate::sort::sort_and_dedup;
use crate::state::{Entry, MAX_CLOCK, Slice};
use crate::text::{concat, integer, split_once};

/// How a guest's area begins.
pub(super) const GUEST: &str = "g.";
/// So many claims are kept whose areas are empty.
const CLAIMS: usize = 8;

/// What guests have put, and who claims it.
impl Store {
    /// If a guest is shown whose area has been claimed, shows the next.
    pub fn leave_claimed(&mut self) {
        if self.is_claimed() {
            self.reopen();
        }
    }

    fn is_claimed(&self) -> bool {
        self.owner.is_none()
            && PLACES.iter().any(|&place| {
                let journal = self.journals.get(journal(place, Owner::User));
                let number = journal.and_then(|journal| guest_number(journal.area()));
                number.is_some_and(|number| number < self.next_guest(place))
            })
    }

    /// Claims the guest's area for a subject, if there is anything in it, and gives what it holds.
    pub(super) fn claim(&mut self, place: Place, subject: &str) -> Option<(Place, Journal)> {
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
    pub(super) fn take_over(&mut self, place: Place, guest: &Journal) {
        let Some(journal) = self.journals.get_mut(journal(place, Owner::User)) else {
            return;
        };
        let missing = missing(journal, guest, &self.slices);
        // What it brings is later than all that it had seen.
        journal.witness(guest);
        for (name, key, entry) in &missing {
            let nothing = Slice::default();
            match journal
                .slice(name)
                .unwrap_or(&nothing)
                .transplanted(key, entry, journal.announced())
            {
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
            let due = self.now.monotonic >= since + self.limits.confirm;
            let journal = self.journals.get_mut(journal(place, Owner::User)).filter(|_| due);
            let settled = journal.is_some_and(|journal| {
                // Something may have been dropped since, and stored again just now.
                journal.load();
                journal.is_settled()
            });
            if !settled {
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

    /// The guests' areas that a subject has claimed and that aren't empty.
    pub(super) fn claimed(&self, place: Place, subject: &str) -> Vec<u64> {
        let mut numbers = Vec::new();
        for (number, claimant) in self.claims(place) {
            if claimant == subject && !self.is_empty(place, number) {
                numbers.push(number);
            }
        }
        numbers
    }

    /// All claims, in order. Of several of one area the first holds.
    pub(super) fn claims(&self, place: Place) -> Vec<(u64, String)> {
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
        dedup(&mut claims, |first, second| first.0 == second.0);
        claims
    }

    pub(super) fn next_guest(&self, place: Place) -> u64 {
        self.claims(place).last().map_or(0, |(number, _)| number + 1)
    }

    /// Drops old claims of areas that are empty: the number of the next guest needs the last one alone.
    pub(super) fn forget_claims(&mut self, place: Place) {
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

    pub(super) fn guest(&mut self, place: Place, number: u64) -> Journal {
        let known = self.known(journal(place, Owner::User));
        let mut guest = self.open_journal(place, &guest_area(number), known);
        guest.load();
        guest
    }

    fn is_empty(&self, place: Place, number: u64) -> bool {
        let prefix = concat(&[&self.name, "/", &guest_area(number)]);
        let storage = self.storages.get(place as usize);
        storage.is_none_or(|storage| !storage.keys().iter().any(|key| key.starts_with(&*prefix)))
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
            let is_missing = match own.transplanted(key, entry, journal.announced()) {
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

pub(super) fn guest_area(number: u64) -> String {
    let mut area = String::from(GUEST);
    write::integer(&mut area, number);
    area.push('/');
    area
}

fn guest_number(area: &str) -> Option<u64> {
    let (_, area) = split_once(area, b'/')?;
    integer(area.strip_prefix(GUEST)?.strip_suffix("/")?, 10)
}
