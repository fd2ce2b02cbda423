//! Tests of the oracle itself: what it says of small histories, and that its checks can fail.

use crate::action::{Action, Change, Task, Value};
use crate::history::{History, Memory, Remembered};
use crate::ops::Ops;
use crate::page::{Dot, Made, Replica, Setup, Stamp};
use crate::run::Run;
use crate::slices::SLICES;
use crate::stored::Stored;

const CART: usize = 0;
const VASE: usize = 0;
const SHELF: usize = 1;
const N: usize = 1;
const T: usize = 2;

/// A history made by hand: each page's operations in turn.
#[derive(Default)]
struct Hand {
    history: History,
    clock: u64,
}

impl Hand {
    fn change(&mut self, page: u64, seen: &[usize], change: &Change) -> usize {
        self.clock += 1;
        let replica = Replica { birth: 1, random: page };
        let stamp = Stamp {
            clock: self.clock,
            replica,
        };
        let dot = Dot {
            replica,
            seq: self.clock,
        };
        let made = Made {
            dot,
            put: stamp,
            order: stamp,
            newest: Some(stamp),
            at: 0,
        };
        let memory = Memory::default();
        let added = self.history.add(change, page as usize, &set(seen), made, &memory);
        added.unwrap()
    }

    fn put(&mut self, page: u64, seen: &[usize], key: usize, fields: &[(usize, &str)]) -> usize {
        let value = value(fields);
        self.change(
            page,
            seen,
            &Change::Put {
                slice: CART,
                key,
                value,
            },
        )
    }

    fn patch(&mut self, page: u64, seen: &[usize], fields: &[(usize, &str)]) -> usize {
        let value = value(fields);
        let (slice, key) = (CART, VASE);
        self.change(page, seen, &Change::Patch { slice, key, value })
    }

    /// By whole numbers.
    fn increment(&mut self, page: u64, seen: &[usize], by: i8) -> usize {
        let change = Change::Increment {
            slice: CART,
            key: VASE,
            field: N,
            by: by * 4,
            init: None,
        };
        self.change(page, seen, &change)
    }

    fn remove(&mut self, page: usize, seen: &[usize]) -> usize {
        let capture = self.history.capture_key(CART, VASE, &set(seen), &Memory::default());
        let capture = capture.unwrap();
        self.history.add_removal(&capture, page)
    }

    fn shows(&self, seen: &[usize]) -> Vec<(&'static str, String)> {
        self.history.view(CART, &set(seen))
    }

    fn vase(&self, seen: &[usize]) -> Option<String> {
        self.history
            .shown(CART, VASE, &set(seen))
            .value(SLICES[CART].keys[VASE])
    }
}

fn set(ops: &[usize]) -> Ops {
    ops.iter().copied().collect()
}

fn value(fields: &[(usize, &str)]) -> Value {
    Value {
        whole: None,
        fields: fields
            .iter()
            .map(|(field, text)| (*field, (*text).to_owned()))
            .collect(),
    }
}

#[test]
fn increments_add_up_and_a_put_takes_those_it_has_seen() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "5")]);
    let a = hand.increment(1, &[put], 2);
    let b = hand.increment(2, &[put], 3);
    assert_eq!(hand.vase(&[put, a, b]).unwrap(), r#"{"n":10}"#);
    let again = hand.put(1, &[put, a], VASE, &[(N, "1")]);
    assert_eq!(hand.vase(&[put, a, again]).unwrap(), r#"{"n":1}"#);
    assert_eq!(hand.vase(&[put, a, b, again]).unwrap(), r#"{"n":4}"#);
}

#[test]
fn the_last_sum_of_a_page_holds_those_before() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "0")]);
    let one = hand.increment(1, &[put], 1);
    let two = hand.increment(1, &[put, one], 1);
    assert_eq!(hand.vase(&[put, two]).unwrap(), r#"{"n":2}"#);
}

#[test]
fn a_removal_leaves_a_whole_entry_where_it_has_missed_something() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "5"), (T, "\"x\"")]);
    let seen = hand.increment(1, &[put], 2);
    let removal = hand.remove(2, &[put, seen]);
    let missed = hand.increment(1, &[put, seen], 1);
    assert_eq!(hand.vase(&[put, seen, removal]), None);
    assert_eq!(hand.vase(&[put, seen, removal, missed]).unwrap(), r#"{"n":1,"t":"x"}"#);
}

#[test]
fn patches_of_different_fields_both_hold_and_what_is_older_than_a_put_does_not() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "5"), (T, "\"x\"")]);
    let n = hand.patch(1, &[put], &[(N, "7")]);
    let t = hand.patch(2, &[put], &[(T, "\"y\"")]);
    assert_eq!(hand.vase(&[put, n, t]).unwrap(), r#"{"n":7,"t":"y"}"#);
    let later = hand.put(3, &[put], VASE, &[(N, "1")]);
    assert_eq!(hand.vase(&[put, n, t, later]).unwrap(), r#"{"n":1}"#);
}

#[test]
fn the_order_is_that_of_the_first_put() {
    let mut hand = Hand::default();
    let vase = hand.put(1, &[], VASE, &[(N, "1")]);
    let shelf = hand.put(1, &[vase], SHELF, &[(N, "2")]);
    let again = hand.put(1, &[vase, shelf], VASE, &[(N, "3")]);
    let keys = |seen: &[usize]| hand.shows(seen).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys(&[vase, shelf, again]), ["vase", "shelf"]);
    let removal = hand.remove(1, &[vase, shelf, again]);
    let new = hand.put(1, &[vase, shelf, again, removal], VASE, &[(N, "4")]);
    let keys = |seen: &[usize]| hand.shows(seen).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(keys(&[vase, shelf, again, removal, new]), ["shelf", "vase"]);
}

#[test]
fn a_clock_that_stands_still_is_noticed() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "1")]);
    hand.clock -= 1;
    let made = Made {
        dot: Dot {
            replica: Replica::ZERO,
            seq: 9,
        },
        put: Stamp::ZERO,
        order: Stamp::ZERO,
        newest: Some(Stamp::ZERO),
        at: 0,
    };
    let change = Change::Put {
        slice: CART,
        key: VASE,
        value: value(&[]),
    };
    assert!(
        hand.history
            .add(&change, 2, &set(&[put]), made, &Memory::default())
            .is_err()
    );
}

/// A record of the second page: it has seen its own patch, and shows nothing.
const REMOVAL: &str = r#"{"f":1,"k":3,"h":"1.0000000000000001","r":["1.0000000000000002"],
    "s":{"cart":{"0":{"c":[[0,2,2]],"e":{"vase":[[],[]]}}}}}"#;

/// The removal names the patch alone: who has lost its record still shows what was before.
#[test]
fn a_removal_does_not_hold_the_patch_that_it_removes() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "5")]);
    let patch = hand.patch(2, &[put], &[(N, "7")]);
    let removal = hand.remove(2, &[put, patch]);
    let record = Stored::read("shop/device/r/1.0000000000000002-2", REMOVAL).unwrap();
    let contained = |told: &[usize]| {
        let all = set(&[put, patch, removal]);
        hand.history.contained(&record, &all, Some(&set(told)))
    };
    assert!(contained(&[put, patch]) == set(&[removal]));
    assert!(contained(&[put]) == set(&[patch, removal]), "both made at once");
}

/// Who takes away what is left of retired replicas knows what had gone of it before.
#[test]
fn what_was_superseded_goes_with_what_it_was_folded_into() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(T, "5")]);
    let counted = hand.increment(1, &[put], 2);
    let again = hand.increment(1, &[put, counted], 2);
    let removal = hand.remove(2, &[put, counted, again]);
    let gone = |seen: &[usize], random| {
        let horizon = Replica { birth: 1, random };
        hand.history.gone_with_others(CART, VASE, &set(seen), horizon)
    };
    assert!(hand.vase(&[put, counted, removal]).is_some());
    assert!(gone(&[put, counted, removal], 1) == set(&[counted]));
    assert!(gone(&[put, counted, removal], 0).is_empty(), "not retired");
    assert!(gone(&[put, counted], 1).is_empty(), "not taken away");
    assert!(gone(&[counted, again], 1).is_empty(), "an increment takes nothing away");
}

/// What a page has forgotten it can't say again.
#[test]
fn what_was_gone_when_its_replica_was_retired_is_not_taken_away_again() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "5")]);
    let counted = hand.increment(1, &[put], 2);
    let again = hand.put(2, &[put, counted], VASE, &[(N, "1")]);
    let floors = |memory: &Remembered| {
        let shown = hand.history.shown(CART, VASE, &set(&[put, counted, again]));
        shown.floors(|_| true, memory).len()
    };
    let replica = Replica { birth: 1, random: 1 };
    let mut memory = Remembered::default();
    assert_eq!(floors(&memory), 1);
    memory.horizon = Some(replica);
    assert_eq!(floors(&memory), 0);
    memory.counters.push((N, replica));
    assert_eq!(floors(&memory), 1, "gone since");
}

/// Nobody names what was folded, so who begins anew after a wipe can't say that it is gone.
#[test]
fn what_was_wiped_need_not_be_said_to_be_gone() {
    let mut hand = Hand::default();
    let put = hand.put(1, &[], VASE, &[(N, "5")]);
    let again = hand.put(2, &[put], VASE, &[(N, "7")]);
    let text = r#"{"f":1,"k":3,"r":["1.0000000000000002"],
        "s":{"cart":{"0":{"c":[[0,2,2]],"e":{"vase":[[[0,2,0,1,2,0,2,0,["n",7]]],[]]}}}}}"#;
    let snapshot = Stored::read("shop/device/s/cart/1-0/0", text).unwrap();
    let is_contained = |history: &History| history.contained(&snapshot, &set(&[again]), None) == set(&[again]);
    assert!(!is_contained(&hand.history));
    hand.history.wiped.insert(put);
    assert!(is_contained(&hand.history));
}

const SETUP: Setup = Setup {
    seed: 1,
    version: 1,
    subject: None,
    records: 3,
    chunk: 1_000,
    replicas: 100,
};

/// A run in which one page has put the vase.
fn run_with_a_vase() -> Run {
    let mut run = Run::new(SETUP, false);
    run.step(&Action::Open { process: 0, version: 1 });
    let change = Change::Put {
        slice: CART,
        key: VASE,
        value: value(&[(N, "1")]),
    };
    run.step(&Action::Do {
        page: 0,
        task: Task::Changes(vec![change]),
    });
    run
}

fn violated(run: &Run) -> Option<&'static str> {
    run.world().violation.as_ref().map(|violation| violation.check)
}

#[test]
fn what_is_stored_contains_what_was_done() {
    let mut run = run_with_a_vase();
    assert!(run.world().origin.contents() == set(&[0]));
    run.finish(&mut fastrand::Rng::with_seed(1));
    assert_eq!(violated(&run), None);
    assert!(run.world().durable() == set(&[0]));
}

#[test]
fn what_is_lost_is_missed() {
    let mut run = run_with_a_vase();
    run.step(&Action::Pump { process: 0, count: 9 });
    run.step(&Action::Close { page: 0 });
    run.world().origin.main.clear();
    run.finish(&mut fastrand::Rng::with_seed(1));
    assert_eq!(violated(&run), Some("lost"));
}

#[test]
fn a_view_that_is_not_what_was_seen_is_noticed() {
    let mut run = run_with_a_vase();
    run.world().pages[0].seen = Ops::default();
    run.look();
    assert_eq!(violated(&run), Some("view"));
}

#[test]
fn what_the_storage_dropped_is_excused_once_its_page_has_gone() {
    let mut run = run_with_a_vase();
    run.step(&Action::Drop { count: 1 });
    run.step(&Action::Close { page: 0 });
    run.finish(&mut fastrand::Rng::with_seed(1));
    assert_eq!(violated(&run), None);
    assert!(run.world().durable().is_empty());
}

#[test]
fn a_seed_is_a_run() {
    let runs = [7, 7, 8].map(|seed| match crate::seed::run(seed) {
        Ok(counts) => counts.report(),
        Err(failure) => failure.violation.what,
    });
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}
