//! Shortcuts that lose data, for the simulation to catch. Only a build with `--cfg holdall_mutants` can take them; in every other one
//! [`on`] is `false` at compile time.

/// One shortcut.
#[cfg_attr(
    not(holdall_mutants),
    expect(unreachable_pub, reason = "it is public in the other build")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Compacting also removes what was read after the snapshots were written.
    EarlyRemoval,
    /// Compacting removes before the snapshots were seen to stay.
    UnconfirmedRemoval,
    /// A context takes all operations up to the newest for seen.
    NoGaps,
    /// The join keeps only the newest event of a key.
    OneWinner,
    /// All operations of a record on a part share one dot.
    DotPerRecord,
    /// Sums are taken without their floors.
    NoFloors,
    /// Replicas are forgotten, and no horizon is raised.
    RetireWithoutHorizon,
    /// Pages share one replica.
    ReusedReplica,
    /// A page goes on with its replica when others retire it.
    StaleReplica,
    /// What retired replicas have counted isn't folded into another counter.
    UnfoldedCounters,
    /// A chunk's context is that of the whole slice.
    SharedContext,
    /// A record goes when any part of it is contained in a snapshot.
    PartialCover,
    /// A change that the storage refuses isn't tried again.
    ForgetPending,
    /// Keys that vanish are taken for a wipe.
    WipeOnVanish,
    /// An own record that vanished uncovered isn't written again.
    NoRewrite,
    /// A removal takes what came after it was captured.
    RemoveAll,
    /// An increment asserts the counted field again.
    ReassertCounted,
}

#[cfg(holdall_mutants)]
impl Mutant {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::EarlyRemoval,
        Self::UnconfirmedRemoval,
        Self::NoGaps,
        Self::OneWinner,
        Self::DotPerRecord,
        Self::NoFloors,
        Self::RetireWithoutHorizon,
        Self::ReusedReplica,
        Self::StaleReplica,
        Self::UnfoldedCounters,
        Self::SharedContext,
        Self::PartialCover,
        Self::ForgetPending,
        Self::WipeOnVanish,
        Self::NoRewrite,
        Self::RemoveAll,
        Self::ReassertCounted,
    ];

    /// Its name, as the simulation prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EarlyRemoval => "early-removal",
            Self::UnconfirmedRemoval => "unconfirmed-removal",
            Self::NoGaps => "no-gaps",
            Self::OneWinner => "one-winner",
            Self::DotPerRecord => "dot-per-record",
            Self::NoFloors => "no-floors",
            Self::RetireWithoutHorizon => "retire-without-horizon",
            Self::ReusedReplica => "reused-replica",
            Self::StaleReplica => "stale-replica",
            Self::UnfoldedCounters => "unfolded-counters",
            Self::SharedContext => "shared-context",
            Self::PartialCover => "partial-cover",
            Self::ForgetPending => "forget-pending",
            Self::WipeOnVanish => "wipe-on-vanish",
            Self::NoRewrite => "no-rewrite",
            Self::RemoveAll => "remove-all",
            Self::ReassertCounted => "reassert-counted",
        }
    }
}

/// Whether this thread takes the shortcut.
#[cfg(not(holdall_mutants))]
#[inline(always)]
pub(crate) const fn on(_: Mutant) -> bool {
    false
}

#[cfg(holdall_mutants)]
pub(crate) fn on(mutant: Mutant) -> bool {
    TAKEN.get() == Some(mutant)
}

/// Lets this thread take a shortcut, or none.
#[cfg(holdall_mutants)]
pub fn set(mutant: Option<Mutant>) {
    TAKEN.set(mutant);
}

#[cfg(holdall_mutants)]
std::thread_local! {
    static TAKEN: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}
