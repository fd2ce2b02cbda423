use std::rc::Rc;

use super::area::all_moved;
use super::kept::Kept;
use super::stored::{Kind, Stored};
use super::{Document, Journal, StorageFull};
use crate::json::write;
use crate::mutant::{self, Mutant};
use crate::state::{Author, Context, Entry, MAX_CLOCK, Replica, Scope, Slice};

/// What a record may touch to be read at once: it is shorter so.
const FEW_PARTS: usize = 8;

/// What a rollback needs.
#[derive(Default)]
pub(super) struct Transaction {
    changes: Document,
    saved: Vec<Saved>,
}

/// What there was of a part.
struct Saved {
    slice: Rc<str>,
    number: u8,
    /// `None` if there was nothing.
    context: Option<Context>,
    /// The entries that were touched, sorted by key.
    entries: Vec<(Rc<str>, Option<Entry>)>,
}

impl Journal {
    /// This page's name. Taken at its first write, which looks at the storage first, as does a write after a while: whoever decides by
    /// what is there asks this before.
    pub fn replica(&mut self) -> Replica {
        // Undoing half a transaction must not undo what was read in the middle of it.
        let midway = self
            .transaction
            .as_ref()
            .is_some_and(|transaction| !transaction.saved.is_empty());
        if let Some(replica) = self.replica.filter(|_| midway) {
            return replica;
        }
        self.look();
        if let Some(replica) = self
            .replica
            .filter(|_| !self.behind || mutant::on(Mutant::StaleReplica))
        {
            return replica;
        }
        // Born after all that is stored, so that old replicas can be told from it.
        self.load();
        if self.dated {
            self.state.clock = self.state.clock.max(self.now.wall.min(MAX_CLOCK));
        }
        self.records = 0;
        self.behind = false;
        self.strangers = Vec::new();
        if mutant::on(Mutant::ReusedReplica) {
            return *self.replica.insert(Replica { birth: 1, random: 1 });
        }
        *self.replica.insert(Replica {
            birth: (self.state.clock + 1).min(MAX_CLOCK),
            random: self.random.draw(),
        })
    }

    /// Looks at the storage again, if this page hasn't for a while.
    pub fn look(&mut self) {
        if self.now.since(self.loaded) >= self.limits.idle {
            self.load();
        }
    }

    /// Who writes, one step of the clock on.
    pub fn author(&mut self, version: u32) -> Author {
        let replica = self.replica();
        self.state.clock = (self.state.clock + 1).min(MAX_CLOCK);
        Author {
            replica,
            clock: self.state.clock,
            now: self.now.wall,
            version,
        }
    }

    /// Joins a change of this page. It shows at once, and is stored by the next [`flush`](Self::flush).
    pub fn apply(&mut self, name: &Rc<str>, change: &Slice) {
        let clock = self.state.clock;
        let slice = self.state.slice(name);
        let changes = match &mut self.transaction {
            Some(transaction) => {
                transaction.save(name, slice, change);
                &mut transaction.changes
            }
            None => self.unwritten.get_or_insert_default(),
        };
        changes.slice(name).join(change, Scope::Listed);
        let absorbed = slice.absorb(change, Scope::Listed, clock);
        self.news.add(name, absorbed);
    }

    /// Starts a transaction: what follows is stored in one record, or undone.
    pub fn begin(&mut self) {
        self.transaction = Some(Transaction::default());
    }

    /// Keeps what the transaction did.
    pub fn commit(&mut self) {
        let Some(transaction) = self.transaction.take() else {
            return;
        };
        for (name, change) in transaction.changes.slices {
            self.unwritten
                .get_or_insert_default()
                .slice(&name)
                .join(&change, Scope::Listed);
        }
    }

    /// Undoes what the transaction did.
    pub fn rollback(&mut self) {
        let Some(transaction) = self.transaction.take() else {
            return;
        };
        for saved in transaction.saved {
            let slice = self.state.slice(&saved.slice);
            let Some(context) = saved.context else {
                slice.remove_part(saved.number);
                continue;
            };
            let part = slice.part_mut(saved.number);
            part.context = context;
            for (key, entry) in saved.entries {
                part.entries.set(&key, entry);
            }
        }
        for (name, change) in transaction.changes.slices {
            let mut keys = Vec::new();
            for (key, _) in change.entries() {
                keys.push(key.clone());
            }
            self.news.add(&name, all_moved(keys));
        }
    }

    /// Whether something waits to be stored.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        self.unwritten.is_some()
    }

    /// Stores what has changed, as one record. What can't be stored stays, and goes with whatever comes next: nothing overtakes it.
    ///
    /// # Errors
    /// [`StorageFull`]; the changes are then held in memory alone.
    pub fn flush(&mut self) -> Result<(), StorageFull> {
        let Some(mut document) = self.unwritten.take() else {
            return Ok(());
        };
        document.clock = self.state.clock;
        for (name, slice) in &document.slices {
            for (number, _) in slice.parts() {
                let part = self.slice(name).and_then(|slice| slice.part(*number));
                document.horizon = document.horizon.max(part.and_then(|part| part.context.horizon()));
            }
        }
        match self.write_record(&document) {
            Ok(key) => {
                self.kept.push(Kept::new(key, document));
                Ok(())
            }
            Err(full) => {
                self.unwritten = Some(document).filter(|_| !mutant::on(Mutant::ForgetPending));
                Err(full)
            }
        }
    }

    fn write_record(&mut self, document: &Document) -> Result<Rc<str>, StorageFull> {
        let replica = self.replica.unwrap_or_else(|| self.replica());
        let mut key = self.key(&["r/"]);
        replica.write(&mut key);
        key.push('-');
        write::integer(&mut key, self.records + 1);
        let key = self.write_entry(key, Kind::Record, document)?;
        self.records += 1;
        Ok(key)
    }

    /// Stores an entry, and gives its key.
    pub(super) fn write_entry(&mut self, key: String, kind: Kind, document: &Document) -> Result<Rc<str>, StorageFull> {
        let mut parts = 0;
        for (_, slice) in &document.slices {
            parts += slice.parts().len();
        }
        let text = if kind == Kind::Snapshot || parts > FEW_PARTS {
            document.encode_later(self.numbers)
        } else {
            document.encode(self.numbers)
        };
        self.storage.set(&key, &text)?;
        let stored = Stored::new(&key, text.len(), kind, document, self.now.monotonic);
        let key = stored.key.clone();
        self.keys.insert(stored);
        Ok(key)
    }
}

impl Transaction {
    /// Keeps what a change is about to touch as it was.
    fn save(&mut self, name: &Rc<str>, slice: &Slice, change: &Slice) {
        for (number, touched) in change.parts() {
            let part = slice.part(*number);
            let same = |saved: &Saved| saved.slice == *name && saved.number == *number;
            let at = self.saved.iter().position(same).unwrap_or(self.saved.len());
            if at == self.saved.len() {
                self.saved.push(Saved {
                    slice: name.clone(),
                    number: *number,
                    context: part.map(|part| part.context.clone()),
                    entries: Vec::new(),
                });
            }
            let Some(saved) = self.saved.get_mut(at) else { continue };
            for (key, _) in touched.entries.iter() {
                if let Err(at) = saved.entries.binary_search_by(|(other, _)| other.cmp(key)) {
                    let entry = part.and_then(|part| part.entries.get(key)).cloned();
                    saved.entries.insert(at, (key.clone(), entry));
                }
            }
        }
    }
}
