use super::guest::{GUEST, guest_area};
use super::{Owner, Place, Store, journal};
use crate::journal::{Journal, Known};
use crate::random::Random;
use crate::text::{concat, integer, split_once};

pub(super) const PLACES: [Place; 3] = [Place::Local, Place::Session, Place::Memory];

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
        self.note_all_shown();
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
        self.note_all_shown();
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
        self.note_all_shown();
        self.open_owner(self.owner.clone());
        self.note_all_shown();
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

    fn open_owner(&mut self, subject: Option<String>) {
        self.open_owner_areas(subject);
        for place in PLACES {
            if let Some(journal) = self.journals.get_mut(journal(place, Owner::User)) {
                journal.load();
            }
        }
        self.begin_owner();
    }

    pub(super) fn open_owner_areas(&mut self, subject: Option<String>) {
        self.owner = subject;
        for place in PLACES {
            let area = match &self.owner {
                Some(subject) => user_area(subject),
                None => guest_area(self.next_guest(place)),
            };
            self.open_area(place, Owner::User, &area);
        }
    }

    /// What is done once the owner's areas are read.
    pub(super) fn begin_owner(&mut self) {
        for place in PLACES {
            // A page that ended in the midst of it has left this behind.
            let claimed = self.owner.clone().map(|subject| self.claimed(place, &subject));
            for number in claimed.unwrap_or_default() {
                let guest = self.guest(place, number);
                self.take_over(place, &guest);
            }
            self.begin_slices(place, Owner::User);
            self.forget_claims(place);
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
        let Some(number) = area.strip_prefix(GUEST) else {
            return true;
        };
        let claims = PLACES.get(place).map_or_else(Vec::new, |&place| self.claims(place));
        let claim = claims.iter().find(|(other, _)| integer(number, 10) == Some(*other));
        claim.is_none_or(|(_, claimant)| Some(&**claimant) == own)
    }

    pub(super) fn open_area(&mut self, place: Place, owner: Owner, area: &str) {
        let at = journal(place, owner);
        for (slice, definition) in self.slices.iter().enumerate() {
            if definition.journal() == at {
                self.verdicts.forget_slice(slice);
            }
        }
        let known = self.known(at);
        let opened = self.open_journal(place, area, known);
        if let Some(journal) = self.journals.get_mut(at) {
            *journal = opened;
        }
    }

    /// The slices that are in a journal.
    pub(super) fn known(&self, at: usize) -> Vec<Known> {
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

    pub(super) fn open_journal(&mut self, place: Place, area: &str, known: Vec<Known>) -> Journal {
        let storage = self.storages.get(place as usize).unwrap_or(&self.storages[0]).clone();
        let prefix = concat(&[&self.name, "/", area]);
        let random = Random::new(self.random.draw());
        let mut journal = Journal::new(storage, prefix, self.numbers, random, self.limits, known);
        journal.tick(self.now);
        if area.starts_with(GUEST) {
            journal.date();
        }
        journal
    }

    /// Keys that may show something else, or nothing, when the owner is another: those that there are, and those that have just gone.
    fn note_all_shown(&mut self) {
        for place in PLACES {
            self.gather(journal(place, Owner::User));
        }
        for slice in 0..self.slices.len() {
            let owned = self.slices.get(slice).is_some_and(|slice| slice.owner == Owner::User);
            if owned && let Some(state) = self.state(slice) {
                let keys = state.keys();
                self.note(slice, keys);
            }
        }
    }
}

pub(super) fn user_area(subject: &str) -> String {
    concat(&["u.", subject, "/"])
}
