//! When a page compacts.

use super::Store;
use crate::journal::Pace;

/// Writes and removals of many tabs settle in this time, in milliseconds, so that one of them compacts what all have written.
const SETTLE: u64 = 2_000;

/// Timers may be early, by less.
const EARLY: u64 = 10;

/// How far compacting is.
#[derive(Default)]
pub(super) struct Pacing {
    state: State,
    /// Which round this is. One that rests ends when it finds that another has begun.
    round: u64,
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

impl Store {
    /// Something was stored, so that there may be something to compact; `at_once` if the storage is full, since that makes room, or if much has
    /// piled up. Gives a round to begin, and after how many milliseconds, unless one is under way that sees to it.
    pub fn compact_later(&mut self, at_once: bool) -> Option<(u64, u64)> {
        match self.pacing.state {
            State::Works | State::WorksAgain => {
                self.pacing.state = State::WorksAgain;
                return None;
            }
            State::Rests if !at_once => return None,
            State::Rests | State::Off => {}
        }
        self.pacing.state = State::Rests;
        self.pacing.round += 1;
        // Tabs that have heard the same shouldn't start at the same moment.
        let wait = if at_once {
            0
        } else {
            SETTLE + self.random.draw() % SETTLE
        };
        Some((self.pacing.round, wait))
    }

    /// Does a step of that round: call it when the page is idle, and not before. `full`: what has changed can't be stored. Gives in how many
    /// milliseconds the next one is due, if it isn't over.
    pub fn compact_in(&mut self, round: u64, full: bool) -> Option<u64> {
        if self.pacing.round != round {
            return None;
        }
        if self.pacing.state == State::Rests {
            self.pacing.state = State::Works;
        }
        let wait = match self.compact() {
            Some(Pace::Soon) => 0,
            Some(Pace::Later) => self.limits.confirm + EARLY,
            // What waits is tried again without this, too.
            None if full => self.limits.confirm,
            None if self.pacing.state == State::WorksAgain => SETTLE,
            None => {
                self.pacing.state = State::Off;
                return None;
            }
        };
        if wait > 0 {
            self.pacing.state = State::Rests;
        }
        Some(wait)
    }
}
