use std::cell::RefCell;

use crate::list::retain;

/// What the journal needs of a storage: that of `localStorage` and `sessionStorage` (WHATWG HTML, "Web storage").
pub trait Storage {
    /// The entry's text, if there is one.
    fn get(&self, key: &str) -> Option<String>;

    /// Stores an entry.
    ///
    /// # Errors
    /// [`StorageFull`] if it wasn't stored.
    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull>;

    /// Removes an entry, if it is there.
    fn remove(&self, key: &str);

    /// Shows all keys, in any order. One at a time: there may be many thousands.
    fn each_key(&self, see: &mut dyn FnMut(String));
}

impl dyn Storage + '_ {
    /// All keys, in any order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        self.each_key(&mut |key| keys.push(key));
        keys
    }
}

/// The storage took nothing more: it is full, or blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageFull;

/// A storage that ends with the page: for areas that ask for it, for servers, and where the browser blocks its own.
#[derive(Default)]
pub struct MemoryStorage(RefCell<Vec<(String, String)>>);

impl Storage for MemoryStorage {
    fn get(&self, key: &str) -> Option<String> {
        self.0
            .borrow()
            .iter()
            .find(|(other, _)| other == key)
            .map(|(_, value)| value.clone())
    }

    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        self.remove(key);
        self.0.borrow_mut().push((key.to_owned(), value.to_owned()));
        Ok(())
    }

    fn remove(&self, key: &str) {
        retain(&mut self.0.borrow_mut(), |(other, _)| other != key);
    }

    fn each_key(&self, see: &mut dyn FnMut(String)) {
        for (key, _) in self.0.borrow().iter() {
            see(key.clone());
        }
    }
}
