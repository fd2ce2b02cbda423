//! What is looked at after each step: whether every page shows what it must.

use crate::faults::Fault;
use crate::ops::Ops;
use crate::run::Run;
use crate::slices::SLICES;
use crate::world::World;

impl Run {
    /// Buries the dead, and looks at the others.
    pub(crate) fn look(&mut self) {
        self.pace_births();
        for at in (0..self.tabs.len()).rev() {
            let id = self.tabs[at].id;
            if self.world().pages[id].dead {
                self.tabs.remove(at);
                let mut world = self.world();
                world.note(|| format!("page {id} has died"));
                world.counts.add(Fault::Crashes);
                world.bury(id);
            }
        }
        for at in 0..self.tabs.len() {
            self.look_at(at);
        }
    }

    /// Compares what a page shows with what it must show, if it has seen anything since.
    pub(crate) fn look_at(&mut self, at: usize) {
        let id = self.tabs[at].id;
        if !self.world().pages[id].dead {
            self.look_at_members(at);
        }
        let seen = self.world().visible(id);
        if self.tabs[at].checked == Some(seen) || self.world().pages[id].dead {
            return;
        }
        self.tabs[at].checked = Some(seen);
        self.compare(at, &seen, "view");
        let mut world = self.world();
        if let Some(missing) = world.torn(id) {
            let ops: Vec<String> = missing.iter().map(|op| op.to_string()).collect();
            world.fail(
                "whole transactions",
                format!("page {id} shows a transaction without its operations {}", ops.join(" ")),
            );
        }
    }

    /// Compares what a page shows with what these operations must show.
    pub(crate) fn compare(&self, at: usize, expected: &Ops, check: &'static str) {
        let tab = &self.tabs[at];
        let mut world = self.world();
        for (slice, spec) in SLICES.iter().enumerate() {
            // Of what a newer version has written it knows a part, and shows what it can make of that.
            if world.pages[tab.id].outdated[slice] {
                continue;
            }
            let is_certain = |key: &str| {
                let at = spec.keys.iter().position(|other| *other == key);
                at.is_none_or(|at| !world.doubtful.contains(&(slice, at)))
            };
            let mut shown = tab.page.view(slice);
            let mut expected = world.history.view(slice, expected);
            shown.retain(|(key, _)| is_certain(key));
            expected.retain(|(key, _)| is_certain(key));
            let same =
                shown.len() == expected.len() && shown.iter().zip(&expected).all(|(a, b)| *a.0 == *b.0 && a.1 == b.1);
            if !same {
                let name = spec.name;
                world.fail(check, {
                    format!("page {} shows {name} as {shown:?}, must show {expected:?}", tab.id)
                });
            }
        }
    }
}

impl World {
    /// The operations that are missing of a transaction of which others show.
    fn torn(&self, page: usize) -> Option<Ops> {
        let outdated = self.pages[page].outdated;
        let seen = &self.visible(page);
        let mut left_alone = Ops::default();
        for slice in (0..SLICES.len()).filter(|slice| outdated[*slice]) {
            left_alone |= self.history.of_slice(slice);
        }
        let mut transactions = self.history.transactions.iter();
        let torn = transactions.find(|transaction| {
            let there = **transaction & *seen;
            let missing = **transaction - *seen - left_alone;
            !there.is_empty()
                && !missing.is_empty()
                && (**transaction & self.excused).is_empty()
                && !self.history.same(seen, &(*seen | missing))
                && !self.history.same(seen, &(*seen - there))
        });
        torn.map(|transaction| *transaction - *seen - left_alone)
    }
}
