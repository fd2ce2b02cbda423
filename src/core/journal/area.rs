use std::rc::Rc;

use super::compact::Compaction;
use super::keys::Keys;
use super::{CodecError, Document, Storage, StorageFull};
use crate::json::write;
use crate::number::Numbers;
use crate::random::Random;
use crate::sort::sort_and_dedup;
use crate::state::{Author, Context, Entry, Replica, Scope, Slice};

/// Listing is repeated until it shows nothing new, but not for ever while other tabs go on writing: their events will come.
const MAX_LISTINGS: usize = 8;

/// The journal of one area: its joined state, and what of it isn't stored yet.
pub struct Journal {
    pub(super) storage: Box<dyn Storage>,
    pub(super) prefix: String,
    pub(super) numbers: Numbers,
    pub(super) random: Random,
    pub(super) state: Document,
    /// The stored entries that the state contains.
    pub(super) joined: Keys,
    /// Those that couldn't be read, and are left alone.
    refused: Keys,
    pub(super) compaction: Option<Compaction>,
    replica: Option<Replica>,
    records: u64,
    unwritten: Option<Document>,
    transaction: Option<Transaction>,
    news: Changes,
}

/// What has happened to the state, for those who watch it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The keys that changed, by slice.
    pub keys: Vec<(Rc<str>, Vec<Rc<str>>)>,
    /// Storage entries that couldn't be read. They stay where they are.
    pub damaged: Vec<Rc<str>>,
    /// Storage entries of a newer version of this library. They stay where they are.
    pub newer: Vec<Rc<str>>,
}

/// What a rollback needs.
#[derive(Default)]
struct Transaction {
    changes: Document,
    contexts: Vec<(Rc<str>, Context)>,
    entries: Vec<(Rc<str>, Rc<str>, Option<Entry>)>,
}

impl Journal {
    /// A journal whose keys begin with `prefix`, on a storage that others may share.
    #[must_use]
    pub fn new(storage: Box<dyn Storage>, prefix: String, numbers: Numbers, random: Random) -> Self {
        Self {
            storage,
            prefix,
            numbers,
            random,
            state: Document::default(),
            joined: Keys::default(),
            refused: Keys::default(),
            compaction: None,
            replica: None,
            records: 0,
            unwritten: None,
            transaction: None,
            news: Changes::default(),
        }
    }

    /// The state of a slice; `None` if nobody has changed it yet.
    #[must_use]
    pub fn slice(&self, name: &str) -> Option<&Slice> {
        self.state
            .slices
            .iter()
            .find(|(other, _)| **other == *name)
            .map(|(_, slice)| slice)
    }

    /// What has changed since this was asked last.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = core::mem::take(&mut self.news);
        changes.keys.iter_mut().for_each(|(_, keys)| sort_and_dedup(keys));
        changes
    }

    /// Joins what is stored, before anybody watches.
    pub fn open(&mut self) {
        self.load();
        self.news.keys.clear();
    }

    /// Joins every stored entry that isn't yet contained.
    pub fn load(&mut self) {
        for _ in 0..MAX_LISTINGS {
            let keys = self.storage.keys();
            let mut unknown = Vec::new();
            for key in &keys {
                if self.is_unknown(key) {
                    unknown.push(key);
                }
            }
            if unknown.is_empty() {
                // What others have removed needs no remembering.
                self.joined.retain(|key| keys.iter().any(|stored| **stored == **key));
                return;
            }
            for key in unknown {
                if let Some(text) = self.storage.get(key) {
                    self.receive(key, &text);
                }
            }
        }
    }

    /// Joins an entry that another tab has stored. Keys of others are passed over.
    pub fn receive(&mut self, key: &str, text: &str) {
        if !self.is_unknown(key) {
            return;
        }
        let scope = if key
            .strip_prefix(&self.prefix)
            .is_some_and(|rest| rest.starts_with("s/"))
        {
            Scope::Whole
        } else {
            Scope::Listed
        };
        let name: Rc<str> = key.into();
        match Document::decode(text, self.numbers) {
            Ok(document) => {
                self.state.clock = self.state.clock.max(document.clock);
                for (slice, part) in &document.slices {
                    let keys = self.state.slice(slice).absorb(part, scope);
                    self.news.add(slice, keys);
                }
                self.joined.insert(name);
            }
            Err(error) => {
                self.refused.insert(name.clone());
                match error {
                    CodecError::Damaged => self.news.damaged.push(name),
                    CodecError::Newer => self.news.newer.push(name),
                }
            }
        }
    }

    /// Forgets everything, because somebody has emptied the storage.
    pub fn wipe(&mut self) {
        for (name, slice) in core::mem::take(&mut self.state.slices) {
            let keys = slice.keys();
            self.news.add(&name, keys);
        }
        self.joined = Keys::default();
        self.refused = Keys::default();
        self.compaction = None;
        self.unwritten = None;
        // The old one's operations are known nowhere any more, so its numbers can't go on.
        self.replica = None;
    }

    /// This page's name. Taken at its first write, which looks at the storage first: whoever decides by what is there asks this
    /// before.
    pub fn replica(&mut self) -> Replica {
        if let Some(replica) = self.replica {
            return replica;
        }
        // Born after all that is stored, so that old replicas can be told from it.
        self.load();
        self.records = 0;
        *self.replica.insert(Replica {
            birth: self.state.clock + 1,
            random: self.random.draw(),
        })
    }

    /// Who writes, one step of the clock on. `now` is the wall time in milliseconds since 1970.
    pub fn author(&mut self, now: u64) -> Author {
        let replica = self.replica();
        self.state.clock += 1;
        Author {
            replica,
            clock: self.state.clock,
            now,
        }
    }

    /// Joins a change of this page. It shows at once, and is stored by the next [`flush`](Self::flush).
    pub fn apply(&mut self, name: &Rc<str>, change: &Slice) {
        let slice = self.state.slice(name);
        if let Some(transaction) = &mut self.transaction {
            transaction.save(name, slice, change);
            transaction.changes.slice(name).join(change, Scope::Listed);
        } else {
            self.unwritten
                .get_or_insert_default()
                .slice(name)
                .join(change, Scope::Listed);
        }
        let keys = slice.absorb(change, Scope::Listed);
        self.news.add(name, keys);
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
        for (name, context) in transaction.contexts {
            self.state.slice(&name).context = context;
        }
        for (name, key, entry) in transaction.entries {
            let entries = &mut self.state.slice(&name).entries;
            match entry {
                Some(entry) => entries.insert(&key, entry),
                None => entries.remove(&key),
            };
            self.news.add(&name, vec![key]);
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
        let (Some(document), Some(replica)) = (&mut self.unwritten, self.replica) else {
            return Ok(());
        };
        document.clock = self.state.clock;
        let text = document.encode(self.numbers);
        let mut key = self.prefix.clone();
        key.push_str("r/");
        replica.write(&mut key);
        key.push('-');
        write::integer(&mut key, self.records + 1);
        self.storage.set(&key, &text)?;
        self.records += 1;
        self.unwritten = None;
        self.joined.insert(key.into());
        Ok(())
    }

    fn is_unknown(&self, key: &str) -> bool {
        key.starts_with(&*self.prefix) && !self.joined.contains(key) && !self.refused.contains(key)
    }
}

impl Changes {
    fn add(&mut self, slice: &Rc<str>, keys: Vec<Rc<str>>) {
        if keys.is_empty() {
            return;
        }
        match self.keys.iter_mut().find(|(other, _)| other == slice) {
            Some((_, known)) => known.extend(keys),
            None => self.keys.push((slice.clone(), keys)),
        }
    }
}

impl Transaction {
    fn save(&mut self, name: &Rc<str>, slice: &Slice, change: &Slice) {
        if self.contexts.iter().all(|(other, _)| other != name) {
            self.contexts.push((name.clone(), slice.context.clone()));
        }
        for (key, _) in change.entries.iter() {
            if self
                .entries
                .iter()
                .all(|(other, saved, _)| other != name || saved != key)
            {
                self.entries
                    .push((name.clone(), key.clone(), slice.entries.get(key).cloned()));
            }
        }
    }
}
