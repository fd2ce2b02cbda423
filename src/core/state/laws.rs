//! The laws of the join, on random states.

use std::rc::Rc;

use super::entry::Tally;
use super::*;
use crate::random::Random;

/// Few names, so that states have much in common.
fn replica(random: &mut Random) -> Replica {
    let birth = random.draw() % 6 + 1;
    Replica { birth, random: birth }
}

/// What a dot says is the same wherever it is listed.
fn event(dot: Dot, folded: bool) -> Event {
    let stamp = Stamp {
        clock: dot.seq * 3 + dot.replica.birth,
        replica: dot.replica,
    };
    Event {
        dot,
        put: stamp,
        order: stamp,
        at: 0,
        version: 1,
        cells: vec![Cell {
            name: None,
            stamp,
            text: if folded { "1" } else { "0" }.into(),
        }],
        origin: if folded { Origin::Folded } else { Origin::Written },
    }
}

fn tally(seq: u64) -> Tally {
    Tally {
        seq,
        total: seq as f64 * 2.0,
    }
}

/// Any state that satisfies what every state does: it lists only what its context contains, and names nobody whom it has retired.
fn state(random: &mut Random) -> Part {
    let mut part = Part::default();
    if random.draw().is_multiple_of(2) {
        part.context.retire(replica(random));
    }
    for _ in 0..random.draw() % 6 {
        let dot = Dot {
            replica: replica(random),
            seq: random.draw() % 4 + 1,
        };
        part.context.insert(dot);
        let key: Rc<str> = ["a", "b"][random.draw() as usize % 2].into();
        if !random.draw().is_multiple_of(3) {
            // Of two states that have folded into the same event, both have folded the same.
            let folded = part.context.has_retired(dot.replica);
            part.entries.get_or_insert(&key).insert(event(dot, folded));
        }
        if random.draw().is_multiple_of(3) {
            let folded = part.context.has_retired(dot.replica);
            let counter = Counter {
                field: "qty".into(),
                replica: dot.replica,
                added: Tally {
                    total: tally(dot.seq).total + f64::from(u8::from(folded)) * 100.0,
                    ..tally(dot.seq)
                },
                floor: tally(random.draw() % 4),
                folded,
            };
            part.entries.get_or_insert(&key).join_counter(&counter);
        }
    }
    part
}

fn joined(a: &Part, b: &Part) -> Part {
    let mut part = a.clone();
    part.join(b, Scope::Whole, &mut Absorbed::default());
    part.forget_void();
    part
}

#[test]
fn the_join_is_commutative_associative_and_idempotent_on_any_states() {
    let mut random = Random::new(11);
    for round in 0..60_000 {
        let (a, b, c) = (state(&mut random), state(&mut random), state(&mut random));
        assert_eq!(joined(&a, &b), joined(&b, &a), "commutative, {round}");
        assert_eq!(
            joined(&joined(&a, &b), &c),
            joined(&a, &joined(&b, &c)),
            "associative, {round}"
        );
        let ab = joined(&a, &b);
        assert_eq!(joined(&ab, &ab), ab, "idempotent, {round}");
        assert_eq!(joined(&ab, &a), ab, "a state that holds another, {round}");
        for scope in [Scope::Listed, Scope::Whole] {
            assert!(
                ab.includes(&a, scope) && ab.includes(&b, scope),
                "what was joined is included, {round}"
            );
            let mut changed = a.clone();
            changed.join(&b, scope, &mut Absorbed::default());
            changed.forget_void();
            let nothing = changed == joined(&a, &Part::default());
            assert_eq!(a.includes(&b, scope), nothing, "includes, {scope:?}, {round}");
        }
    }
}
