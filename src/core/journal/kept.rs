use std::rc::Rc;

use super::{Document, Journal};
use crate::list::retain;
use crate::mutant::{self, Mutant};
use crate::state::{Absorbed, Part, Replica, Scope};

/// A record, kept until it has gone because something else that is stored contains it.
///
/// A browser may drop what it has accepted (Chromium does, near the quota), and users remove entries. Then this page is the last that
/// knows what it said. Records of others that touch several parts are kept as well: half of what one said may be in a snapshot already.
pub(super) struct Kept {
    pub(super) key: Rc<str>,
    /// What its writer knew to be retired: it is in these terms.
    horizon: Option<Replica>,
    parts: Vec<KeptPart>,
}

struct KeptPart {
    slice: Rc<str>,
    number: u8,
    part: Part,
    /// A stored entry that contains it.
    contained_in: Option<Rc<str>>,
}

impl Kept {
    pub(super) fn new(key: Rc<str>, document: Document) -> Self {
        // There may be thousands of these, mostly of one part: no room for more.
        let mut parts = Vec::with_capacity(document.slices.iter().map(|(_, slice)| slice.parts().len()).sum());
        for (name, slice) in &document.slices {
            for (number, part) in slice.parts() {
                parts.push(KeptPart {
                    slice: name.clone(),
                    number: *number,
                    part: part.clone(),
                    contained_in: None,
                });
            }
        }
        Self {
            key,
            horizon: document.horizon,
            parts,
        }
    }
}

impl Journal {
    /// Notes which kept records a stored document contains.
    pub(super) fn note_contained(&mut self, key: &str, document: &Document) {
        for kept in &mut self.kept {
            for kept in &mut kept.parts {
                let slice = document.slices.iter().find(|(name, _)| *name == kept.slice);
                let part = slice.and_then(|(_, slice)| slice.part(kept.number));
                if part.is_some_and(|part| part.includes(&kept.part, Scope::Listed)) {
                    kept.contained_in = Some(key.into());
                }
            }
        }
    }

    /// Wants kept records stored again that have gone while nothing else contains them. Called when the storage has been listed.
    pub(super) fn rewrite_vanished(&mut self) {
        let mut lost = Document::default();
        let keys = &self.keys;
        let believed = self.now.monotonic.saturating_sub(self.limits.confirm);
        retain(&mut self.kept, |kept| {
            if keys.contains(&kept.key) {
                return true;
            }
            let (mut contained, mut confirmed) = (true, true);
            for kept in &kept.parts {
                let container = kept.contained_in.as_ref().and_then(|key| keys.get(key));
                contained &= container.is_some();
                // What contains it may be dropped, too, for some seconds.
                confirmed &= container.is_some_and(|container| container.seen <= believed);
            }
            if contained {
                return !confirmed;
            }
            lost.horizon = lost.horizon.max(kept.horizon);
            for kept in &kept.parts {
                lost.slice(&kept.slice)
                    .part_mut(kept.number)
                    .join(&kept.part, Scope::Listed, &mut Absorbed::default());
            }
            false
        });
        if mutant::on(Mutant::NoRewrite) {
            return;
        }
        for (name, slice) in lost.slices {
            let unwritten = self.unwritten.get_or_insert_default();
            unwritten.horizon = unwritten.horizon.max(lost.horizon);
            unwritten.slice(&name).join(&slice, Scope::Listed);
        }
    }
}
