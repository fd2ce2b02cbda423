use std::marker::PhantomData;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::App;
use super::listeners::Subscription;
use crate::error::{Code, Error};
use crate::json::from_text;
use crate::store::Store;

/// What names a slice and gives its type: [`Map`], [`Set`] or [`Object`].
pub trait Slice {
    /// The slice's name in the configuration.
    fn name(&self) -> &'static str;
}

macro_rules! slices {
    ($($(#[$doc:meta])* $kind:ident),*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind<T> {
            name: &'static str,
            of: PhantomData<fn() -> T>,
        }

        impl<T> $kind<T> {
            /// The slice of that name in the configuration.
            #[must_use]
            pub const fn new(name: &'static str) -> Self {
                Self { name, of: PhantomData }
            }
        }

        impl<T> Slice for $kind<T> {
            fn name(&self) -> &'static str {
                self.name
            }
        }
    )*};
}

slices! {
    /// A slice of keyed entries, each a `T`.
    Map,
    /// A slice that is a set of strings, numbers or booleans.
    Set,
    /// A slice that is one `T`.
    Object
}

/// A slice of an open client.
#[derive(Debug)]
pub struct View<S> {
    app: App,
    name: &'static str,
    slice: PhantomData<fn() -> S>,
}

/// An object is the one entry of its slice.
const KEY: &str = "";

impl<S> View<S> {
    pub(super) fn new(app: App, name: &'static str) -> Self {
        Self {
            app,
            name,
            slice: PhantomData,
        }
    }

    /// Removes all entries; an object goes back to its initial fields.
    ///
    /// # Errors
    /// As every change: [`UnknownSlice`](Code::UnknownSlice), [`NewerVersion`](Code::NewerVersion), [`Closed`](Code::Closed)
    pub fn clear(&self) -> Result<(), Error> {
        self.change(Store::clear)
    }

    /// Calls `listener` with the keys that changed, here or in another tab, until the subscription is dropped.
    pub fn subscribe(&self, listener: impl Fn(&[Rc<str>]) + 'static) -> Subscription {
        // One that isn't configured never changes.
        let slice = self.index().unwrap_or(usize::MAX);
        self.app.listeners.on_change(slice, Rc::new(listener))
    }

    fn index(&self) -> Option<usize> {
        self.app.driver.read(|client| client.store.find(self.name))
    }

    fn change<R>(&self, change: impl FnOnce(&mut Store, usize) -> Result<R, Error>) -> Result<R, Error> {
        let unknown = || {
            Error::new(
                Code::UnknownSlice,
                &["the configuration has no slice `", self.name, "`"],
            )
        };
        let slice = self.index().ok_or_else(unknown)?;
        self.app.driver.change(|client| change(&mut client.store, slice))
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let slice = self.index()?;
        let text = self.app.driver.view(|client| client.store.entry(slice, key))?;
        from_text(&text).ok()
    }

    fn all(&self) -> Vec<Rc<str>> {
        let keys = |slice| self.app.driver.view(|client| client.store.keys(slice));
        self.index().map(keys).unwrap_or_default()
    }

    fn json(&self, value: &impl Serialize) -> Result<String, Error> {
        let refused = |_| Error::new(Code::NotEncodable, &[self.name, ": JSON can't hold this value"]);
        serde_json::to_string(value).map_err(refused)
    }
}

impl<T: Serialize + DeserializeOwned> View<Map<T>> {
    /// The entry under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<T> {
        self.read(key)
    }

    /// All entries, in the order in which they came: the same in every tab.
    #[must_use]
    pub fn entries(&self) -> Vec<(Rc<str>, T)> {
        let entry = |key: Rc<str>| self.get(&key).map(|value| (key, value));
        self.all().into_iter().filter_map(entry).collect()
    }

    /// Puts a whole entry.
    ///
    /// # Errors
    /// [`NotEncodable`](Code::NotEncodable), and as [`clear`](View::clear)
    pub fn set(&self, key: &str, value: &T) -> Result<(), Error> {
        let json = self.json(value)?;
        self.change(|store, slice| store.put(slice, key, &json))
    }

    /// Puts some fields of an entry that is there: those of `fields`, which is written as an object.
    ///
    /// # Errors
    /// [`NoEntry`](Code::NoEntry), [`NotEncodable`](Code::NotEncodable), and as [`clear`](View::clear)
    pub fn patch(&self, key: &str, fields: &impl Serialize) -> Result<(), Error> {
        let json = self.json(fields)?;
        self.change(|store, slice| store.patch(slice, key, &json))
    }

    /// Adds to a number. Increments of all tabs add up. An absent entry starts from `init`.
    ///
    /// # Errors
    /// [`NoEntry`](Code::NoEntry) without `init`, [`NotANumber`](Code::NotANumber), and as [`clear`](View::clear)
    pub fn increment(&self, key: &str, field: &str, by: f64, init: Option<&T>) -> Result<(), Error> {
        let init = init.map(|init| self.json(init)).transpose()?;
        self.change(|store, slice| store.increment(slice, key, field, by, init.as_deref()))
    }

    /// Removes an entry, and says whether it was there.
    ///
    /// # Errors
    /// As [`clear`](View::clear)
    pub fn delete(&self, key: &str) -> Result<bool, Error> {
        self.change(|store, slice| store.remove(slice, key))
    }
}

impl<T: Serialize + DeserializeOwned> View<Set<T>> {
    /// Whether `member` is there.
    #[must_use]
    pub fn has(&self, member: &T) -> bool {
        let key = self.json(member);
        key.is_ok_and(|key| self.all().iter().any(|other| **other == *key))
    }

    /// All members, in the order in which they came.
    #[must_use]
    pub fn members(&self) -> Vec<T> {
        // A member's key is its JSON.
        self.all().iter().filter_map(|key| from_text(key).ok()).collect()
    }

    /// Adds a member.
    ///
    /// # Errors
    /// [`NotEncodable`](Code::NotEncodable) for what is no string, number or boolean, and as [`clear`](View::clear)
    pub fn add(&self, member: &T) -> Result<(), Error> {
        let key = self.json(member)?;
        if key.starts_with(['{', '[', 'n']) {
            let what = [self.name, ": a set holds strings, numbers and booleans"];
            return Err(Error::new(Code::NotEncodable, &what));
        }
        self.change(|store, slice| store.put(slice, &key, ""))
    }

    /// Removes a member, and says whether it was there.
    ///
    /// # Errors
    /// As [`clear`](View::clear)
    pub fn delete(&self, member: &T) -> Result<bool, Error> {
        let key = self.json(member)?;
        self.change(|store, slice| store.remove(slice, &key))
    }
}

impl<T: Serialize + DeserializeOwned> View<Object<T>> {
    /// The object; `None` if what is stored is no `T`.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        self.read(KEY)
    }

    /// Puts the whole object.
    ///
    /// # Errors
    /// [`NotEncodable`](Code::NotEncodable), and as [`clear`](View::clear)
    pub fn set(&self, value: &T) -> Result<(), Error> {
        let json = self.json(value)?;
        self.change(|store, slice| store.put(slice, KEY, &json))
    }

    /// Puts some fields: those of `fields`, which is written as an object.
    ///
    /// # Errors
    /// [`NotEncodable`](Code::NotEncodable), and as [`clear`](View::clear)
    pub fn patch(&self, fields: &impl Serialize) -> Result<(), Error> {
        let json = self.json(fields)?;
        self.change(|store, slice| store.patch(slice, KEY, &json))
    }

    /// Adds to a number. Increments of all tabs add up.
    ///
    /// # Errors
    /// [`NotANumber`](Code::NotANumber), and as [`clear`](View::clear)
    pub fn increment(&self, field: &str, by: f64) -> Result<(), Error> {
        self.change(|store, slice| store.increment(slice, KEY, field, by, None))
    }
}
