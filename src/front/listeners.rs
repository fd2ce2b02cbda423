use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use crate::browser::{Event, Watcher};

type OnChange = Rc<dyn Fn(&[Rc<str>])>;
type OnEvent = Rc<dyn Fn(&Event)>;

/// Those who want to hear of changes and events, by a number that is the subscription's.
#[derive(Default)]
pub(super) struct Listeners {
    changes: RefCell<Vec<(u64, usize, OnChange)>>,
    events: RefCell<Vec<(u64, OnEvent)>>,
    last: Cell<u64>,
}

/// A wish to hear of something. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "the subscription ends when this is dropped"]
pub struct Subscription {
    listeners: Weak<Listeners>,
    number: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listeners) = self.listeners.upgrade() {
            // Dropped with nothing borrowed: what a listener owns may be another subscription.
            let changes = split(&listeners.changes, |(number, ..)| *number == self.number);
            let events = split(&listeners.events, |(number, _)| *number == self.number);
            drop((changes, events));
        }
    }
}

/// Takes out what is no longer wanted.
fn split<T>(all: &RefCell<Vec<T>>, is_unwanted: impl FnMut(&T) -> bool) -> Vec<T> {
    let (unwanted, kept) = all.take().into_iter().partition(is_unwanted);
    *all.borrow_mut() = kept;
    unwanted
}

impl Listeners {
    pub(super) fn on_change(self: &Rc<Self>, slice: usize, listener: OnChange) -> Subscription {
        let subscription = self.subscription();
        self.changes.borrow_mut().push((subscription.number, slice, listener));
        subscription
    }

    pub(super) fn on_event(self: &Rc<Self>, listener: OnEvent) -> Subscription {
        let subscription = self.subscription();
        self.events.borrow_mut().push((subscription.number, listener));
        subscription
    }

    fn subscription(self: &Rc<Self>) -> Subscription {
        let number = self.last.get() + 1;
        self.last.set(number);
        Subscription {
            listeners: Rc::downgrade(self),
            number,
        }
    }
}

impl std::fmt::Debug for Listeners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}

/// The driver's watcher.
pub(super) struct Watching(pub(super) Rc<Listeners>);

impl Watcher for Watching {
    fn changed(&self, slice: usize, keys: &[Rc<str>], _moved: bool) {
        // Called with nothing borrowed: they may subscribe, and change things.
        let wanted = self.0.changes.borrow().clone();
        for (_, _, listener) in wanted.into_iter().filter(|(_, of, _)| *of == slice) {
            listener(keys);
        }
    }

    fn event(&self, event: Event) {
        let wanted = self.0.events.borrow().clone();
        for (_, listener) in wanted {
            listener(&event);
        }
    }
}
