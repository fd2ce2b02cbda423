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
    /// Tabs renew without a lock.
    NoLock,
    /// A new token isn't handed to the other tabs.
    NoHandOver,
    /// The other tabs get no time to answer.
    NoAsk,
    /// A tab waits for the lock without end.
    EndlessLock,
    /// The lock is kept when renewing has failed.
    KeepLock,
    /// What was delayed with the lock is sent all the same.
    LateSend,
    /// An answer is waited for without end.
    NoAnswerLimit,
    /// Those who wait aren't told of a failure.
    ForgetWaiters,
    /// What is answered after a sign-in or sign-out counts.
    LateAnswer,
    /// Every failure ends the session.
    AnyFailureEnds,
    /// What has failed is tried again at once.
    NoBackoff,
    /// A server that refuses fresh tokens gets another, again and again.
    NoGuard,
    /// A refresh that brings another user is the same session.
    KeepEpoch,
    /// Those who wait take the token of whatever session there is.
    WaitersTakeAny,
    /// A refused request is sent again with the token of another session.
    OtherEpochReplay,
    /// Requests under way go on when their session is over.
    NoAbort,
    /// A sign-out leaves nothing in storage.
    NoTombstone,
    /// A hint is removed whosever it is.
    BlindForget,
    /// A refresh token is sent without asking whether somebody else has claimed it.
    NoClaim,
    /// A refresh token is sent again while another page may get the answer.
    SendSpent,
    /// The wall clock alone tells whether a token has expired.
    OneClock,
}

#[cfg(holdall_mutants)]
impl Mutant {
    /// Those of the journal.
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

    /// Those of the session.
    pub const SESSION: [Self; 21] = [
        Self::NoLock,
        Self::NoHandOver,
        Self::NoAsk,
        Self::EndlessLock,
        Self::KeepLock,
        Self::LateSend,
        Self::NoAnswerLimit,
        Self::ForgetWaiters,
        Self::LateAnswer,
        Self::AnyFailureEnds,
        Self::NoBackoff,
        Self::NoGuard,
        Self::KeepEpoch,
        Self::WaitersTakeAny,
        Self::OtherEpochReplay,
        Self::NoAbort,
        Self::NoTombstone,
        Self::BlindForget,
        Self::NoClaim,
        Self::SendSpent,
        Self::OneClock,
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
            Self::NoLock => "no-lock",
            Self::NoHandOver => "no-hand-over",
            Self::NoAsk => "no-ask",
            Self::EndlessLock => "endless-lock",
            Self::KeepLock => "keep-lock",
            Self::LateSend => "late-send",
            Self::NoAnswerLimit => "no-answer-limit",
            Self::ForgetWaiters => "forget-waiters",
            Self::LateAnswer => "late-answer",
            Self::AnyFailureEnds => "any-failure-ends",
            Self::NoBackoff => "no-backoff",
            Self::NoGuard => "no-guard",
            Self::KeepEpoch => "keep-epoch",
            Self::WaitersTakeAny => "waiters-take-any",
            Self::OtherEpochReplay => "other-epoch-replay",
            Self::NoAbort => "no-abort",
            Self::NoTombstone => "no-tombstone",
            Self::BlindForget => "blind-forget",
            Self::NoClaim => "no-claim",
            Self::SendSpent => "send-spent",
            Self::OneClock => "one-clock",
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
