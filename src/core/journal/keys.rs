use std::rc::Rc;

use crate::list::retain;

/// Storage keys, sorted.
///
/// A few hundred at most, since compacting keeps them few; a tree would cost the wasm build 6 kB.
#[derive(Default)]
pub(super) struct Keys(Vec<Rc<str>>);

impl Keys {
    pub(super) fn contains(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    pub(super) fn insert(&mut self, key: Rc<str>) {
        if let Err(at) = self.find(&key) {
            self.0.insert(at, key);
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Ok(at) = self.find(key) {
            self.0.remove(at);
        }
    }

    pub(super) fn retain(&mut self, keep: impl FnMut(&Rc<str>) -> bool) {
        retain(&mut self.0, keep);
    }

    pub(super) fn all(&self) -> &[Rc<str>] {
        &self.0
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|other| (**other).cmp(key))
    }
}
