//! Time is passed in: nothing in the core reads a clock.

/// One moment, by both of the environment's clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    /// Wall time in milliseconds since 1970. Users and networks set it, forwards and back.
    pub wall: u64,
    /// Milliseconds since some fixed moment, never set. It may stand still while the machine sleeps.
    pub monotonic: u64,
}

impl Now {
    /// How many milliseconds have passed since `earlier`, by the clock that says more: one of them may have stood still or been set
    /// back, and none runs ahead unless it was set.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.wall
            .saturating_sub(earlier.wall)
            .max(self.monotonic.saturating_sub(earlier.monotonic))
    }
}
