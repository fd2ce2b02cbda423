//! Many seeds of sessions, on all processors.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Counts, explain, run};
use crate::sweep::{on_all_processors, progress};
use crate::world::Violation;

/// So many seeds a shortcut may go unnoticed.
#[cfg(holdall_mutants)]
const SEEDS_OF_A_MUTANT: u64 = 2_000;

/// Runs one seed, step by step if it fails; gives whether all was well.
pub(crate) fn one(seed: u64) -> bool {
    match run(seed) {
        Ok(counts) => {
            println!("{}", counts.report());
            true
        }
        Err(failure) => {
            tell(seed, &failure.1);
            false
        }
    }
}

/// Runs so many seeds from one on and prints what happened; gives whether all was well.
pub(crate) fn many(from: u64, seeds: u64) -> bool {
    let bar = progress(seeds);
    let next = AtomicU64::new(from);
    let counts = Mutex::new(Counts::default());
    let failures = Mutex::new(BTreeMap::new());
    on_all_processors(|| {
        let mut own = Counts::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                break;
            }
            match run(seed) {
                Ok(counts) => own += counts,
                Err(failure) => {
                    let (counts, violation) = *failure;
                    own += counts;
                    failures.lock().unwrap().insert(seed, violation);
                }
            }
            bar.inc(1);
        }
        *counts.lock().unwrap() += own;
    });
    let elapsed = bar.elapsed();
    bar.finish_and_clear();
    println!("{}", counts.into_inner().unwrap().report());
    println!("in {:.1} s", elapsed.as_secs_f64());
    let failures: BTreeMap<u64, Violation> = failures.into_inner().unwrap();
    let mut checks: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (seed, violation) in &failures {
        checks.entry(violation.check).or_default().push(seed.to_string());
    }
    for (check, seeds) in checks {
        let first = &seeds[..seeds.len().min(5)];
        println!("{check}: {} seeds fail, as {}", seeds.len(), first.join(", "));
    }
    match failures.first_key_value() {
        None => true,
        Some((seed, violation)) => {
            tell(*seed, violation);
            false
        }
    }
}

/// Takes each shortcut until a run tells; gives whether one told of each.
#[cfg(holdall_mutants)]
pub(crate) fn mutants() -> bool {
    use holdall::mutant::{Mutant, set};

    let next = AtomicU64::new(0);
    let survived = AtomicU64::new(0);
    on_all_processors(|| {
        while let Some(&mutant) = Mutant::SESSION.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            let run_with = |seed| {
                set(Some(mutant));
                let result = run(seed);
                set(None);
                result.err()
            };
            // A run that fails without it, too, tells nothing.
            let killed = (0..SEEDS_OF_A_MUTANT)
                .filter_map(|seed| Some((seed, run_with(seed)?.1)))
                .find(|(seed, _)| run(*seed).is_ok());
            match killed {
                Some((seed, Violation { check, what })) => {
                    println!("{:24} seed {seed:3}  {check}: {what}", mutant.name());
                }
                None => {
                    survived.fetch_add(1, Ordering::Relaxed);
                    println!("{:24} SURVIVES {SEEDS_OF_A_MUTANT} seeds", mutant.name());
                }
            }
        }
    });
    let survived = survived.into_inner();
    println!("{} shortcuts, {survived} of them unnoticed", Mutant::SESSION.len());
    survived == 0
}

#[cfg(not(holdall_mutants))]
pub(crate) fn mutants() -> bool {
    true
}

fn tell(seed: u64, violation: &Violation) {
    println!("\nseed {seed}, the steps that it takes:");
    for line in explain(seed, violation.check) {
        println!("{line}");
    }
}
