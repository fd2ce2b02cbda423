use std::rc::Rc;

use gloo_storage::{LocalStorage, SessionStorage, Storage as _};
use js_sys::Object;
use web_sys::Window;

use crate::journal::{Storage, StorageFull};

/// One of the browser's two storages.
#[derive(Clone)]
pub(super) struct WebStorage(pub(super) web_sys::Storage);

/// `localStorage`, or something that takes nothing where the browser blocks it.
pub(super) fn local() -> Rc<dyn Storage> {
    open(Window::local_storage, LocalStorage::raw)
}

/// `sessionStorage`, likewise.
pub(super) fn session() -> Rc<dyn Storage> {
    open(Window::session_storage, SessionStorage::raw)
}

type Probe = fn(&Window) -> Result<Option<web_sys::Storage>, wasm_bindgen::JsValue>;

fn open(probe: Probe, raw: fn() -> web_sys::Storage) -> Rc<dyn Storage> {
    // `raw` panics where reading the property throws: with cookies blocked, in sandboxed frames.
    match web_sys::window().as_ref().map(probe) {
        Some(Ok(Some(_))) => Rc::new(WebStorage(raw())),
        _ => Rc::new(Blocked),
    }
}

impl Storage for WebStorage {
    fn get(&self, key: &str) -> Option<String> {
        self.0.get_item(key).ok().flatten()
    }

    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        self.0.set_item(key, value).map_err(|_| StorageFull)
    }

    fn remove(&self, key: &str) {
        drop(self.0.remove_item(key));
    }

    fn each_key(&self, see: &mut dyn FnMut(String)) {
        // Not by `key(index)`: Firefox walks through all entries for each.
        for key in Object::keys(&self.0).iter() {
            if let Some(key) = key.as_string() {
                see(key);
            }
        }
    }
}

/// A storage that the browser blocks: always full, always empty. What isn't stored stays in the journal's memory.
struct Blocked;

impl Storage for Blocked {
    fn get(&self, _: &str) -> Option<String> {
        None
    }

    fn set(&self, _: &str, _: &str) -> Result<(), StorageFull> {
        Err(StorageFull)
    }

    fn remove(&self, _: &str) {}

    fn each_key(&self, _: &mut dyn FnMut(String)) {}
}
