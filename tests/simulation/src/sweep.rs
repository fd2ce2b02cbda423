//! Many seeds, on all processors.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use crate::faults::Counts;
use crate::seed::{self, Failure};

/// So many seeds a shortcut may go unnoticed.
#[cfg(holdall_mutants)]
const SEEDS_OF_A_MUTANT: u64 = 1_000;

/// Runs one seed and prints its steps; gives whether all was well.
pub(crate) fn one(seed: u64) -> bool {
    match seed::run(seed) {
        Ok(counts) => {
            println!("{}", counts.report());
            true
        }
        Err(failure) => {
            explain(&failure);
            false
        }
    }
}

/// Runs so many seeds from this one on and prints what happened; gives whether all was well.
pub(crate) fn many(from: u64, seeds: u64) -> bool {
    let bar = progress(seeds);
    let next = AtomicU64::new(from);
    let counts = Mutex::new(Counts::default());
    let failures = Mutex::new(BTreeMap::new());
    on_all_processors(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                return;
            }
            let run = match seed::run(seed) {
                Ok(counts) => counts,
                Err(failure) => {
                    let counts = failure.counts.clone();
                    failures.lock().unwrap().insert(seed, failure);
                    counts
                }
            };
            *counts.lock().unwrap() += &run;
            bar.inc(1);
        }
    });
    let elapsed = bar.elapsed();
    bar.finish_and_clear();
    let (counts, failures) = (counts.into_inner().unwrap(), failures.into_inner().unwrap());
    println!("{}", counts.report());
    println!("in {:.1} s", elapsed.as_secs_f64());
    if let Some(failure) = failures.values().next() {
        for (check, seeds) in by_check(&failures) {
            let first: Vec<String> = seeds.iter().take(5).map(u64::to_string).collect();
            println!("{check}: {} seeds fail, as {}", seeds.len(), first.join(", "));
        }
        explain(failure);
        return false;
    }
    let busy = counts.is_busy();
    if !busy {
        println!("too little happens in these runs for their silence to say something");
    }
    busy
}

/// Takes each shortcut until a run tells; gives whether one told of each.
#[cfg(holdall_mutants)]
pub(crate) fn mutants() -> bool {
    use holdall::mutant::{Mutant, set};

    let bar = progress(Mutant::ALL.len() as u64);
    let next = AtomicU64::new(0);
    let survived = AtomicU64::new(0);
    on_all_processors(|| {
        while let Some(&mutant) = Mutant::ALL.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            let run = |seed| {
                set(Some(mutant));
                let result = seed::run(seed);
                set(None);
                result
            };
            // A run that fails without it, too, tells nothing.
            let killed = (0..SEEDS_OF_A_MUTANT)
                .filter_map(|seed| run(seed).err())
                .find(|failure| seed::run(failure.seed).is_ok());
            let line = match killed {
                Some(failure) => {
                    let Failure { seed, violation, .. } = &*failure;
                    format!(
                        "{:24} seed {seed:3}  {}: {}",
                        mutant.name(),
                        violation.check,
                        violation.what
                    )
                }
                None => {
                    survived.fetch_add(1, Ordering::Relaxed);
                    format!("{:24} SURVIVES {SEEDS_OF_A_MUTANT} seeds", mutant.name())
                }
            };
            bar.suspend(|| println!("{}", shortened(&line)));
            bar.inc(1);
        }
    });
    let elapsed = bar.elapsed();
    bar.finish_and_clear();
    let survived = survived.into_inner();
    println!(
        "{} shortcuts, {survived} of them unnoticed, in {:.1} s",
        Mutant::ALL.len(),
        elapsed.as_secs_f64()
    );
    survived == 0
}

#[cfg(not(holdall_mutants))]
pub(crate) fn mutants() -> bool {
    println!("this build has no shortcuts to take: run `cargo xtask simulate --mutants`");
    false
}

fn explain(failure: &Failure) {
    println!("\nseed {}, the steps that it takes:", failure.seed);
    for line in seed::explain(failure) {
        println!("{line}");
    }
}

fn by_check(failures: &BTreeMap<u64, Box<Failure>>) -> BTreeMap<&'static str, Vec<u64>> {
    let mut checks: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for (seed, failure) in failures {
        checks.entry(failure.violation.check).or_default().push(*seed);
    }
    checks
}

pub(crate) fn on_all_processors(work: impl Fn() + Sync) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(&work);
        }
    });
}

/// Shown if standard error is a terminal.
pub(crate) fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} left").unwrap();
    ProgressBar::new(length).with_style(style)
}

#[cfg(holdall_mutants)]
fn shortened(line: &str) -> String {
    const LENGTH: usize = 160;
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
