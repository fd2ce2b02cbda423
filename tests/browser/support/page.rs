use holdall::client::Config;
use holdall::error::Error;
use js_sys::{Function, global};
use web_sys::Storage;

use super::replace::{Replaced, replace, restore_all};
use super::{Opened, construct, get, object};

/// What one test has of the page: all storage keys that begin with its name. They are gone before it and after it.
pub(crate) struct Page {
    name: &'static str,
}

impl Page {
    /// `name`: of this test alone, as all tests share one page.
    pub(crate) fn new(name: &'static str) -> Self {
        restore_all();
        let page = Self { name };
        page.clear();
        page
    }

    /// Opens a client of that name; `rest` is the rest of its configuration, as JSON.
    pub(crate) fn open(&self, rest: &str) -> Opened {
        self.try_open(rest).unwrap()
    }

    pub(crate) fn try_open(&self, rest: &str) -> Result<Opened, Error> {
        let config = format!(r#"{{"name":"{}",{rest}}}"#, self.name);
        Opened::new(&Config::from_json(&config)?)
    }

    /// The full key of an entry.
    pub(crate) fn key(&self, rest: &str) -> String {
        format!("{}/{rest}", self.name)
    }

    /// The keys of the journal in `localStorage`.
    pub(crate) fn records(&self) -> Vec<String> {
        self.records_in(&local())
    }

    pub(crate) fn records_in(&self, storage: &Storage) -> Vec<String> {
        self.keys_in(storage, "device/")
    }

    /// The keys of all users' journals in `localStorage`.
    pub(crate) fn records_of_users(&self) -> Vec<String> {
        self.keys_in(&local(), "u.")
    }

    /// What is remembered of the session.
    pub(crate) fn hint(&self) -> Option<String> {
        local().get_item(&self.key("session")).unwrap()
    }

    pub(crate) fn set_hint(&self, text: &str) {
        local().set_item(&self.key("session"), text).unwrap();
    }

    /// What browsers send to a page when another one has changed an entry of `localStorage`.
    pub(crate) fn stored_elsewhere(&self, key: Option<&str>, value: Option<&str>) {
        storage_event(key, value, Some(&local()));
    }

    /// Removes all keys of this test.
    pub(crate) fn clear(&self) {
        for storage in [local(), session()] {
            for key in self.keys_in(&storage, "") {
                storage.remove_item(&key).unwrap();
            }
        }
    }

    fn keys_in(&self, storage: &Storage, rest: &str) -> Vec<String> {
        let prefix = self.key(rest);
        let length = storage.length().unwrap();
        let all = (0..length).map(|index| storage.key(index).unwrap().unwrap());
        let mut keys: Vec<String> = all.filter(|key| key.starts_with(&prefix)).collect();
        keys.sort();
        keys
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        restore_all();
        self.clear();
    }
}

pub(crate) fn local() -> Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

pub(crate) fn session() -> Storage {
    web_sys::window().unwrap().session_storage().unwrap().unwrap()
}

pub(crate) fn storage_event(key: Option<&str>, value: Option<&str>, area: Option<&Storage>) {
    let init = object(&[
        ("key", key.into()),
        ("newValue", value.into()),
        ("storageArea", area.into()),
    ]);
    let event: web_sys::StorageEvent = construct("StorageEvent", &["storage".into(), init]);
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

/// Makes every `setItem` throw.
pub(crate) fn refuse_writes() -> Replaced {
    let prototype = get(&get(&global(), "Storage"), "prototype");
    let refuse = Function::new_no_args(r#"throw new DOMException("full", "QuotaExceededError")"#);
    replace(&prototype, "setItem", &refuse)
}
