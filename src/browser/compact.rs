use std::cell::Cell;
use std::rc::Rc;

use super::driver::Driver;
use super::{clock, idle, seed, task};
use crate::journal::Pace;

/// Writes and removals of many tabs settle in this time, so that one of them compacts what all have written.
const COMPACT_AFTER: u64 = 2_000;
/// Chromium drops what it has accepted near the quota within a few seconds.
const CONFIRM_AFTER: u64 = 10_000;

/// How far compacting is.
#[derive(Default)]
pub(super) struct Compacting {
    state: Cell<State>,
    /// How many times it has begun. One that rests ends when it finds that another has begun.
    begun: Cell<u64>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Off,
    /// All that is stored has its turn when it goes on.
    Rests,
    Works,
    /// And something was stored in the midst of it.
    WorksAgain,
}

impl Driver {
    /// Compacts what is worth it; at once if the storage is full, since that makes room, or if much has piled up.
    pub(super) fn compact_later(self: &Rc<Self>, at_once: bool) {
        let Compacting { state, begun } = &self.compacting;
        match state.get() {
            State::Works | State::WorksAgain => return state.set(State::WorksAgain),
            State::Rests if !at_once => return,
            State::Rests | State::Off => {}
        }
        state.set(State::Rests);
        begun.set(begun.get() + 1);
        let (driver, number) = (Rc::downgrade(self), begun.get());
        // Tabs that have heard the same shouldn't start at the same moment.
        let mut wait = if at_once {
            0
        } else {
            COMPACT_AFTER + seed::seed() % COMPACT_AFTER
        };
        task::spawn(async move {
            loop {
                // Even no time is a second to the timers of a tab that nobody looks at.
                if wait > 0 {
                    clock::sleep(wait).await;
                }
                idle::idle().await;
                let goes_on = |driver: &Rc<Self>| !driver.closed.get() && driver.compacting.begun.get() == number;
                let Some(driver) = driver.upgrade().filter(goes_on) else {
                    return;
                };
                let state = &driver.compacting.state;
                if state.get() == State::Rests {
                    state.set(State::Works);
                }
                let pace = driver.change(|client| Ok(client.store.compact())).ok().flatten();
                wait = match pace {
                    Some(Pace::Soon) => 0,
                    Some(Pace::Later) => CONFIRM_AFTER,
                    // What waits is tried again without this, too.
                    None if driver.full.get() => CONFIRM_AFTER,
                    None if state.get() == State::WorksAgain => COMPACT_AFTER,
                    None => return state.set(State::Off),
                };
                if wait > 0 {
                    state.set(State::Rests);
                }
            }
        });
    }
}
