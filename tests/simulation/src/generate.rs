//! Schedules from seeds.

use fastrand::Rng;

use crate::action::{Action, Change, Task, Value};
use crate::page::Setup;
use crate::slices::{FIELDS, Of, SLICES};

/// What a run is about: each seed has one, so that rare conditions last long enough to bite.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    /// A bit of everything.
    Mixed,
    /// The storage is full, or nearly so.
    Full,
    /// Many pages, each of which writes a little.
    Births,
    /// Pages die.
    Crashes,
    /// Somebody empties the storage now and then.
    Wipes,
    /// Users sign in and out.
    Users,
}

/// What a seed stands for.
pub(crate) struct Schedule {
    pub(crate) setup: Setup,
    pub(crate) actions: Vec<Action>,
    /// What the end of the run draws from.
    pub(crate) random: Rng,
}

/// The schedule of a seed.
pub(crate) fn schedule(seed: u64) -> Schedule {
    let mut random = Rng::with_seed(seed);
    let theme = match random.u8(..20) {
        0..6 => Theme::Mixed,
        6..11 => Theme::Full,
        11..16 => Theme::Births,
        16 | 17 => Theme::Crashes,
        18 => Theme::Wipes,
        _ => Theme::Users,
    };
    let length = match theme {
        Theme::Births => random.usize(80..200),
        _ => random.usize(30..130),
    };
    let setup = Setup {
        seed,
        subject: None,
        version: 1,
        records: random.usize(3..10),
        chunk: random.usize(200..1_500),
        replicas: match theme {
            Theme::Births => random.usize(8..16),
            _ => random.usize(8..60),
        },
    };
    let mut actions: Vec<Action> = (0..random.u8(2..5)).map(|process| open(&mut random, process)).collect();
    for _ in 0..length {
        actions.push(action(&mut random, theme));
    }
    Schedule { setup, actions, random }
}

/// Mostly pages of the first version of the application.
fn open(random: &mut Rng, process: u8) -> Action {
    Action::Open {
        process,
        version: if random.u8(..12) == 0 { 2 } else { 1 },
    }
}

/// Makes an action for this page or process.
type Make = fn(&mut Rng, u8, u8) -> Action;

fn action(random: &mut Rng, theme: Theme) -> Action {
    let page = random.u8(..);
    let process = random.u8(..3);
    let (births, faults) = match theme {
        Theme::Births => (8, 4),
        Theme::Crashes => (6, 10),
        _ => (3, 4),
    };
    let visits = if theme == Theme::Births { 40 } else { 1 };
    let users = if theme == Theme::Users { 12 } else { 0 };
    let full = if theme == Theme::Full { 14 } else { 3 };
    let weights: [(u32, Make); 25] = [
        (60, |random, page, _| Action::Do {
            page,
            task: task(random),
        }),
        (births, |random, _, process| open(random, process)),
        (visits, |random, _, process| Action::Visit {
            process,
            version: 1,
            task: task(random),
        }),
        (births / 2, |_, page, _| Action::Close { page }),
        (faults / 3, |random, page, _| Action::Crash {
            page,
            after: random.u8(..12),
        }),
        (2, |_, page, _| Action::Freeze { page }),
        (3, |_, page, _| Action::Thaw { page }),
        (4, |random, page, _| Action::Capture {
            page,
            slice: random.u8(..SLICES.len() as u8),
        }),
        (4, |_, page, _| Action::Consume { page }),
        (5, |_, page, _| Action::Resume { page }),
        (3, |_, page, _| Action::Flush { page }),
        (16, |random, page, _| Action::Compact {
            page,
            wait: random.u8(..3) > 0,
        }),
        (16, |random, _, process| Action::Pump {
            process,
            count: random.u8(1..4),
        }),
        (18, |random, _, process| Action::Deliver {
            process,
            count: random.u8(1..5),
            lost: if random.u8(..4) == 0 { random.u8(..) } else { 0 },
        }),
        (8, |random, _, _| Action::Wait {
            milliseconds: if random.u8(..3) == 0 {
                40_000
            } else {
                random.u32(..6_000)
            },
        }),
        (1, |random, _, _| Action::SetClock {
            seconds: random.i32(-100_000..100_000),
        }),
        (full / 2, |random, _, _| Action::Fill {
            slack: random.u16(..2_500),
        }),
        (full / 3, |_, _, _| Action::Free),
        (full / 2, |random, _, process| Action::Refuse {
            process,
            count: random.u8(1..4),
        }),
        (full / 3, |random, _, _| Action::Drop { count: random.u8(1..4) }),
        (2, |random, _, process| Action::Meddle {
            process,
            count: random.u8(1..6),
        }),
        (users, |_, page, _| Action::Join { page }),
        (users / 3, |_, page, _| Action::Follow { page }),
        (users / 3, |random, page, _| Action::SignIn {
            page,
            subject: random.bool().then(|| random.u8(..2)),
        }),
        (1, |random, _, process| Action::Litter {
            process,
            later: random.u8(..4) == 0,
        }),
    ];
    if theme == Theme::Wipes && random.u8(..40) == 0 {
        return Action::Wipe { process };
    }
    let all: u32 = weights.iter().map(|(weight, _)| weight).sum();
    let mut ticket = random.u32(..all);
    for (weight, make) in weights {
        match ticket.checked_sub(weight) {
            Some(rest) => ticket = rest,
            None => return make(random, page, process),
        }
    }
    Action::Free
}

fn task(random: &mut Rng) -> Task {
    match random.u8(..10) {
        0..6 => Task::Changes(vec![change(random)]),
        6 => Task::Changes((0..random.u8(2..4)).map(|_| change(random)).collect()),
        _ => Task::Transaction {
            changes: (0..random.u8(1..5)).map(|_| change(random)).collect(),
            keep: random.u8(..5) > 0,
        },
    }
}

fn change(random: &mut Rng) -> Change {
    let slice = match random.u8(..10) {
        0..6 => 0,
        6..8 => 1,
        _ => 2,
    };
    let spec = &SLICES[slice];
    let key = random.usize(..spec.keys.len());
    let kind = random.u8(..20);
    match (spec.kind, kind) {
        (_, 0) if random.bool() => Change::Clear { slice },
        (_, 0..3) => Change::Remove { slice, key },
        (Of::Set, _) => Change::Put {
            slice,
            key,
            value: Value {
                whole: Some("true".into()),
                fields: Vec::new(),
            },
        },
        (_, 3..7) => Change::Put {
            slice,
            key,
            value: value(random, spec.kind == Of::Map),
        },
        (_, 7..11) => Change::Patch {
            slice,
            key,
            value: Value {
                whole: None,
                fields: vec![field(random)],
            },
        },
        _ => increment(random, slice, key),
    }
}

fn increment(random: &mut Rng, slice: usize, key: usize) -> Change {
    let field = if random.u8(..20) == 0 { 2 } else { random.usize(..2) };
    let initial = [(0, "0"), (1, "0"), (2, "\"i\"")].into_iter();
    let fields = initial
        .filter(|_| random.bool())
        .map(|(name, text)| (name, text.to_owned()))
        .collect();
    Change::Increment {
        slice,
        key,
        field,
        by: random.i8(-8..20),
        init: (random.u8(..3) > 0).then_some(Value { whole: None, fields }),
    }
}

fn value(random: &mut Rng, any: bool) -> Value {
    if any && random.u8(..15) == 0 {
        return Value {
            whole: Some(format!("[{}]", random.u8(..))),
            fields: Vec::new(),
        };
    }
    let mut fields: Vec<(usize, String)> = Vec::new();
    for name in 0..FIELDS.len() {
        if random.u8(..4) > 0 {
            fields.push((name, text(random, name)));
        }
    }
    Value { whole: None, fields }
}

fn field(random: &mut Rng) -> (usize, String) {
    let name = random.usize(..FIELDS.len());
    (name, text(random, name))
}

/// Numbers where it is counted, but for now and then.
fn text(random: &mut Rng, field: usize) -> String {
    if field == 2 || random.u8(..25) == 0 {
        format!("\"x{}\"", random.u8(..))
    } else {
        random.u8(..100).to_string()
    }
}
