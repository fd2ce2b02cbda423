use super::{Dot, Replica};
use crate::list::retain;
use crate::mutant::{self, Mutant};

/// Which operations a state has seen, whether or not their events are still there.
///
/// Per replica it keeps runs of sequence numbers, because records may arrive with gaps. Replicas at or below the *horizon* that
/// aren't named are contained wholly: that is how old ones are forgotten without being taken for unseen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    replicas: Vec<(Replica, Vec<Run>)>,
    horizon: Option<Replica>,
}

/// The sequence numbers from `.0` to `.1`, both included.
pub(crate) type Run = (u64, u64);

impl Context {
    /// Whether the operation was seen.
    #[must_use]
    pub fn contains(&self, dot: Dot) -> bool {
        match self.find(dot.replica) {
            Ok(at) => self
                .replicas
                .get(at)
                .is_some_and(|(_, runs)| covers(runs, (dot.seq, dot.seq))),
            Err(_) => self.beyond(dot.replica),
        }
    }

    /// Whether nothing was seen yet.
    pub(super) fn is_new(&self) -> bool {
        self.horizon.is_none() && self.replicas.is_empty()
    }

    /// Whether all that `other` has seen was seen.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self.horizon >= other.horizon
            && other.replicas.iter().all(|(replica, runs)| {
                let ours = self.find(*replica).ok().and_then(|at| self.replicas.get(at));
                match ours {
                    Some((_, ours)) => runs.iter().all(|&run| covers(ours, run)),
                    None => self.beyond(*replica),
                }
            })
    }

    /// Whether the replica was retired: all that it did was seen, and it isn't named any more.
    #[must_use]
    pub fn has_retired(&self, replica: Replica) -> bool {
        self.beyond(replica) && self.find(replica).is_err()
    }

    /// Retires all replicas up to `horizon`.
    pub fn retire(&mut self, horizon: Replica) {
        retain(&mut self.replicas, |(replica, _)| *replica > horizon);
        if mutant::on(Mutant::RetireWithoutHorizon) {
            return;
        }
        self.horizon = self.horizon.max(Some(horizon));
    }

    /// Notes that the operation was seen.
    pub fn insert(&mut self, dot: Dot) {
        self.insert_run(dot.replica, (dot.seq, dot.seq));
    }

    pub(crate) fn insert_run(&mut self, replica: Replica, mut run: Run) {
        if mutant::on(Mutant::NoGaps) {
            run.0 = 1;
        }
        match self.find(replica) {
            Ok(at) => self
                .replicas
                .get_mut(at)
                .into_iter()
                .for_each(|(_, runs)| add_run(runs, run)),
            Err(_) if self.beyond(replica) => {}
            Err(at) => self.replicas.insert(at, (replica, vec![run])),
        }
    }

    /// The sequence number of the replica's next operation.
    #[must_use]
    pub fn next_seq(&self, replica: Replica) -> u64 {
        let runs = self.find(replica).ok().and_then(|at| self.replicas.get(at));
        runs.and_then(|(_, runs)| runs.last()).map_or(1, |run| run.1 + 1)
    }

    /// Sees what `other` has seen.
    pub fn join(&mut self, other: &Self) {
        // A replica that only one of the two names, and that lies within the other's horizon, is contained wholly: no name needed.
        retain(&mut self.replicas, |(replica, _)| !other.has_retired(*replica));
        for (replica, runs) in &other.replicas {
            for &run in runs {
                self.insert_run(*replica, run);
            }
        }
        self.horizon = self.horizon.max(other.horizon);
    }

    /// The replicas that are named, with their runs.
    pub(crate) fn replicas(&self) -> &[(Replica, Vec<Run>)] {
        &self.replicas
    }

    /// The replica up to which everything unnamed was seen.
    #[must_use]
    pub fn horizon(&self) -> Option<Replica> {
        self.horizon
    }

    pub(crate) fn set_horizon(&mut self, horizon: Option<Replica>) {
        self.horizon = horizon;
    }

    fn beyond(&self, replica: Replica) -> bool {
        self.horizon.is_some_and(|horizon| replica <= horizon)
    }

    fn find(&self, replica: Replica) -> Result<usize, usize> {
        self.replicas.binary_search_by_key(&replica, |(replica, _)| *replica)
    }
}

/// Whether one of these sorted runs holds all of `run`.
fn covers(runs: &[Run], run: Run) -> bool {
    let at = runs.partition_point(|own| own.1 < run.1);
    runs.get(at).is_some_and(|own| own.0 <= run.0)
}

/// Adds a run to sorted runs that neither touch nor overlap.
fn add_run(runs: &mut Vec<Run>, mut run: Run) {
    let start = runs.partition_point(|other| other.1.saturating_add(1) < run.0);
    let end = runs.partition_point(|other| other.0 <= run.1.saturating_add(1));
    for _ in start..end {
        let other = runs.remove(start);
        run = (run.0.min(other.0), run.1.max(other.1));
    }
    runs.insert(start, run);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replica(birth: u64) -> Replica {
        Replica { birth, random: birth }
    }

    #[test]
    fn runs_grow_together_in_any_order() {
        let mut seed = 1_u64;
        for _ in 0..500 {
            let mut runs = Vec::new();
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..20 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let first = (seed >> 33) % 40 + 1;
                let last = first + (seed >> 50) % 4;
                add_run(&mut runs, (first, last));
                seen.extend(first..=last);
            }
            assert!(runs.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{runs:?}");
            assert_eq!(
                runs.iter().flat_map(|run| run.0..=run.1).collect::<Vec<_>>(),
                seen.into_iter().collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_gap_is_no_knowledge() {
        let mut context = Context::default();
        context.insert(Dot {
            replica: replica(1),
            seq: 1,
        });
        context.insert(Dot {
            replica: replica(1),
            seq: 3,
        });
        assert!(!context.contains(Dot {
            replica: replica(1),
            seq: 2
        }));
        assert_eq!(context.next_seq(replica(1)), 4);
        assert_eq!(context.next_seq(replica(2)), 1);
    }

    #[test]
    fn within_the_horizon_the_unnamed_is_known() {
        let mut old = Context::default();
        old.insert(Dot {
            replica: replica(1),
            seq: 1,
        });
        old.insert(Dot {
            replica: replica(9),
            seq: 1,
        });
        let mut retired = Context::default();
        retired.set_horizon(Some(replica(5)));
        let mut joined = old.clone();
        joined.join(&retired);
        assert!(joined.contains(Dot {
            replica: replica(1),
            seq: 99
        }));
        assert!(!joined.contains(Dot {
            replica: replica(9),
            seq: 2
        }));
        retired.join(&old);
        assert_eq!(joined, retired);
    }
}
