use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::Entry;
use crate::list::retain;
use crate::text::compare;

/// Entries by key, in the order of the keys. A part of a slice has few: a sorted list is a quick map.
#[derive(Clone, Default)]
pub struct Entries {
    list: List,
    unread: Option<Unread>,
}

/// Keys and entries, sorted by key.
type List = Vec<(Rc<str>, Entry)>;

/// Where entries come from that are read when somebody asks for one of them: most pages look at few of what is stored.
pub trait Source {
    /// About how much there is to be read, in bytes.
    fn bytes(&self) -> usize;

    /// All of them.
    fn read(&self) -> Entries;
}

#[derive(Clone)]
struct Unread {
    /// Given up for the list, once that is read.
    source: RefCell<Option<Rc<dyn Source>>>,
    list: OnceCell<List>,
}

impl Entries {
    /// Entries that aren't read yet.
    #[must_use]
    pub fn later(source: Rc<dyn Source>) -> Self {
        let unread = Unread {
            source: RefCell::new(Some(source)),
            list: OnceCell::new(),
        };
        Self {
            list: Vec::new(),
            unread: Some(unread),
        }
    }

    /// About how much is to be read yet, in bytes; `None` if nothing is.
    #[must_use]
    pub fn unread(&self) -> Option<usize> {
        let source = self.unread.as_ref()?.source.borrow();
        source.as_ref().map(|source| source.bytes())
    }

    /// Reads what isn't read yet.
    pub fn read(&self) {
        self.list();
    }

    /// The entry of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.get_key_value(key).map(|(_, entry)| entry)
    }

    /// The entry of that key, with the key as it is kept here.
    #[must_use]
    pub fn get_key_value(&self, key: &str) -> Option<&(Rc<str>, Entry)> {
        self.list().get(self.find(key).ok()?)
    }

    /// The entry of that key; made if it isn't there.
    pub fn get_or_insert(&mut self, key: &Rc<str>) -> &mut Entry {
        let found = self.find(key);
        let list = self.list_mut();
        let at = match found {
            Ok(at) => at,
            Err(at) => {
                list.insert(at, (key.clone(), Entry::default()));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the lines above found or made it")]
        &mut list[at].1
    }

    /// Sets the entry of that key, or removes it.
    pub fn set(&mut self, key: &Rc<str>, entry: Option<Entry>) {
        match (entry, self.find(key)) {
            (Some(entry), Err(at)) => self.list_mut().insert(at, (key.clone(), entry)),
            (Some(entry), Ok(_)) => *self.get_or_insert(key) = entry,
            (None, Ok(at)) => drop(self.list_mut().remove(at)),
            (None, Err(_)) => {}
        }
    }

    /// Forgets a key of which nothing is left.
    pub fn forget_void(&mut self, key: &str) {
        if let Ok(at) = self.find(key)
            && self.list().get(at).is_some_and(|(_, entry)| entry.is_void())
        {
            self.list_mut().remove(at);
        }
    }

    /// Keeps the entries that `keep` approves.
    pub fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        retain(self.list_mut(), |(_, entry)| keep(entry));
    }

    /// All keys and entries.
    pub fn iter(&self) -> core::slice::Iter<'_, (Rc<str>, Entry)> {
        self.list().iter()
    }

    /// All keys and entries, to be changed.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, (Rc<str>, Entry)> {
        self.list_mut().iter_mut()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        let list = self.list();
        // What is read comes in the order of the keys.
        if list.last().is_none_or(|(last, _)| **last < *key) {
            return Err(list.len());
        }
        list.binary_search_by(|(other, _)| compare(other, key))
    }

    fn list(&self) -> &List {
        match &self.unread {
            None => &self.list,
            Some(unread) => unread.list(),
        }
    }

    fn list_mut(&mut self) -> &mut List {
        if let Some(unread) = self.unread.take() {
            unread.list();
            self.list = unread.list.into_inner().unwrap_or_default();
        }
        &mut self.list
    }
}

impl Unread {
    fn list(&self) -> &List {
        self.list.get_or_init(|| match self.source.take() {
            None => Vec::new(),
            Some(source) => source.read().list,
        })
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.list() == other.list()
    }
}

impl core::fmt::Debug for Entries {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.list().fmt(f)
    }
}
