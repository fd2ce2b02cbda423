//! What a run did to the pages, counted.

use std::ops::AddAssign;

/// How often something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Refusals,
    LateRefusals,
    Crashes,
    LostEvents,
    StaleReads,
    InterruptedReads,
    Freezes,
    ClockJumps,
    Wipes,
    Rollbacks,
    Consumes,
    Snapshots,
    Merges,
    Removals,
    WrittenAgain,
    Retirements,
    Renewals,
    NewerVersions,
    Litter,
}

/// In the order of the above.
const NAMES: [&str; 19] = [
    "writes refused",
    "writes refused late",
    "crashes",
    "events lost",
    "stale reads",
    "interrupted reads",
    "freezes",
    "clock jumps",
    "wipes",
    "rollbacks",
    "consumes",
    "snapshots",
    "merged records",
    "removals",
    "records written again",
    "retirements",
    "replicas renewed",
    "newer versions met",
    "foreign entries",
];

/// The counts of one run, or of many.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    pub(crate) runs: u64,
    pub(crate) pages: u64,
    pub(crate) operations: u64,
    pub(crate) steps: u64,
    faults: [u64; NAMES.len()],
}

impl Counts {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    /// How many entries compacting has written.
    pub(crate) fn written(&self) -> u64 {
        self.faults[Fault::Snapshots as usize] + self.faults[Fault::Merges as usize]
    }

    /// What a run must have at least, on average, for its silence to say something.
    pub(crate) fn is_busy(&self) -> bool {
        self.pages >= 3 * self.runs && self.operations >= 50 * self.runs
    }
}

impl AddAssign<&Self> for Counts {
    fn add_assign(&mut self, other: &Self) {
        self.runs += other.runs;
        self.pages += other.pages;
        self.operations += other.operations;
        self.steps += other.steps;
        self.faults
            .iter_mut()
            .zip(other.faults)
            .for_each(|(sum, more)| *sum += more);
    }
}

impl Counts {
    /// The counts, for people.
    pub(crate) fn report(&self) -> String {
        let mean = |count: u64| count as f64 / self.runs.max(1) as f64;
        let faults: Vec<String> = NAMES
            .iter()
            .zip(self.faults)
            .map(|(name, count)| format!("{name}: {count}"))
            .collect();
        format!(
            "runs: {}; in each, on average, pages: {:.1}, operations: {:.1}, steps: {:.1}\n{}",
            self.runs,
            mean(self.pages),
            mean(self.operations),
            mean(self.steps),
            faults.join(", ")
        )
    }
}
