//! One seed: its run, and its shortest failure.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::action::Action;
use crate::faults::Counts;
use crate::generate::{Schedule, schedule};
use crate::run::Run;
use crate::shrink::shrink;
use crate::world::Violation;

/// A seed that fails.
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) violation: Violation,
    pub(crate) counts: Counts,
}

/// Runs a seed.
///
/// # Errors
/// What it violated.
pub(crate) fn run(seed: u64) -> Result<Counts, Box<Failure>> {
    let schedule = schedule(seed);
    let Outcome { violation, counts, .. } = carry_out(&schedule, &schedule.actions, false);
    match violation {
        None => Ok(counts),
        Some(violation) => Err(Box::new(Failure {
            seed,
            violation,
            counts,
        })),
    }
}

/// The shortest trace of a failing seed that fails in the same check, line by line.
pub(crate) fn explain(failure: &Failure) -> Vec<String> {
    let schedule = schedule(failure.seed);
    let same = |actions: &[Action]| {
        let outcome = carry_out(&schedule, actions, false);
        outcome
            .violation
            .is_some_and(|other| other.check == failure.violation.check)
    };
    let shortest = shrink(&schedule.actions, same);
    let outcome = carry_out(&schedule, &shortest, true);
    let mut lines = outcome.log;
    lines.extend(
        outcome
            .violation
            .map(|Violation { check, what }| format!("=> {check}: {what}")),
    );
    lines
}

struct Outcome {
    violation: Option<Violation>,
    counts: Counts,
    log: Vec<String>,
}

fn carry_out(schedule: &Schedule, actions: &[Action], log: bool) -> Outcome {
    let mut random = schedule.random.clone();
    let mut run = Run::new(schedule.setup, log);
    let panicked = caught(|| {
        for action in actions {
            run.step(action);
            if run.world().violation.is_some() {
                return;
            }
        }
        run.finish(&mut random);
    });
    let mut world = run.world.borrow_mut();
    if let Some(what) = panicked {
        world.violation = Some(Violation { check: "panic", what });
    }
    world.counts.runs = 1;
    Outcome {
        violation: world.violation.clone(),
        counts: world.counts.clone(),
        log: world.log.take().unwrap_or_default(),
    }
}

/// Runs something that may panic, and gives what the panic says, without printing it.
pub(crate) fn caught(run: impl FnOnce()) -> Option<String> {
    listen_to_panics();
    PANIC.with_borrow_mut(|panic| *panic = None);
    SILENT.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    SILENT.set(false);
    result.err()?;
    Some(PANIC.with_borrow_mut(Option::take).unwrap_or_default())
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Keeps what a panic in a run says, instead of printing it.
fn listen_to_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if SILENT.get() {
                PANIC.with_borrow_mut(|panic| *panic = Some(info.to_string()));
            } else {
                before(info);
            }
        }));
    });
}
