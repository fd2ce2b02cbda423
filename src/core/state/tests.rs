use std::rc::Rc;

use super::*;
use crate::number::NATIVE;

/// A page with its own copy of the state.
#[derive(Clone)]
struct Tab {
    slice: Slice,
    replica: Replica,
    clock: u64,
}

impl Tab {
    fn new(id: u64) -> Self {
        Self {
            slice: Slice::default(),
            replica: Replica { birth: 1, random: id },
            clock: 0,
        }
    }

    fn author(&mut self) -> Author {
        self.clock += 1;
        Author {
            replica: self.replica,
            clock: self.clock,
            now: 0,
            version: 1,
        }
    }

    fn apply(&mut self, change: Result<Slice, ChangeError>) -> Slice {
        let change = change.unwrap();
        self.slice.absorb(&change, Scope::Listed, 0);
        change
    }

    fn put(&mut self, key: &str, value: &str) -> Slice {
        let author = self.author();
        self.apply(self.slice.put(&key.into(), Some(value), author))
    }

    fn patch(&mut self, key: &str, fields: &str) -> Slice {
        let author = self.author();
        self.apply(self.slice.patch(&key.into(), fields, false, author))
    }

    fn increment(&mut self, key: &str, field: &str, by: f64) -> Slice {
        let author = self.author();
        self.apply(self.slice.increment(&key.into(), &field.into(), by, false, author))
    }

    fn remove(&mut self, key: &str) -> Slice {
        let removal = self.slice.capture(key).unwrap().removal();
        self.apply(Ok(removal))
    }

    fn receive(&mut self, change: &Slice) {
        let seen = change
            .entries()
            .flat_map(|(_, entry)| &entry.events)
            .flat_map(|event| &event.cells);
        self.clock = seen.map(|cell| cell.stamp.clock).max().unwrap_or(0).max(self.clock);
        self.slice.absorb(change, Scope::Listed, 0);
    }

    fn get(&self, key: &str) -> Option<String> {
        self.slice.get(key).and_then(|entry| entry.value(NATIVE))
    }
}

/// Two tabs that both hold a lamp.
fn pair() -> (Tab, Tab) {
    let (mut a, mut b) = (Tab::new(1), Tab::new(2));
    b.receive(&a.put("lamp", r#"{"qty":0,"title":"Lamp"}"#));
    (a, b)
}

fn exchange(a: &mut Tab, from_a: &[Slice], b: &mut Tab, from_b: &[Slice]) -> Option<String> {
    from_b.iter().for_each(|change| a.receive(change));
    from_a.iter().rev().for_each(|change| b.receive(change));
    assert_eq!(a.slice, b.slice);
    a.get("lamp")
}

#[test]
fn increments_of_two_tabs_add_up() {
    let (mut a, mut b) = pair();
    let (from_a, from_b) = (
        [a.increment("lamp", "qty", 1.0), a.increment("lamp", "qty", 0.5)],
        [b.increment("lamp", "qty", 1.0)],
    );
    assert_eq!(
        exchange(&mut a, &from_a, &mut b, &from_b).unwrap(),
        r#"{"qty":2.5,"title":"Lamp"}"#
    );
}

#[test]
fn the_same_new_entry_in_two_tabs_counts_both() {
    let (mut a, mut b) = (Tab::new(1), Tab::new(2));
    let add = |tab: &mut Tab| [tab.put("lamp", r#"{"qty":0}"#), tab.increment("lamp", "qty", 1.0)];
    let (from_a, from_b) = (add(&mut a), add(&mut b));
    assert_eq!(exchange(&mut a, &from_a, &mut b, &from_b).unwrap(), r#"{"qty":2}"#);
}

#[test]
fn patches_of_different_fields_both_hold() {
    let (mut a, mut b) = pair();
    let (from_a, from_b) = (
        [a.patch("lamp", r#"{"qty":7}"#)],
        [b.patch("lamp", r#"{"title":null}"#)],
    );
    assert_eq!(
        exchange(&mut a, &from_a, &mut b, &from_b).unwrap(),
        r#"{"qty":7,"title":null}"#
    );
}

#[test]
fn a_put_replaces_all_fields() {
    let (mut a, _) = pair();
    a.increment("lamp", "qty", 3.0);
    a.put("lamp", r#"{"note":"x"}"#);
    assert_eq!(a.get("lamp").unwrap(), r#"{"note":"x"}"#);
    a.put("lamp", "[1]");
    assert_eq!(a.get("lamp").unwrap(), "[1]");
    a.put("lamp", r#"{"qty":1}"#);
    a.increment("lamp", "qty", 1.0);
    assert_eq!(a.get("lamp").unwrap(), r#"{"qty":2}"#);
}

#[test]
fn a_removal_takes_just_what_it_has_seen() {
    let (mut a, mut b) = pair();
    a.increment("lamp", "qty", 2.0);
    let (mut a, mut b) = {
        b.slice = a.slice.clone();
        b.clock = a.clock;
        (a, b)
    };
    let (from_a, from_b) = ([a.remove("lamp")], [b.increment("lamp", "qty", 1.0)]);
    assert_eq!(
        exchange(&mut a, &from_a, &mut b, &from_b).unwrap(),
        r#"{"qty":1,"title":"Lamp"}"#
    );
}

#[test]
fn consuming_leaves_what_came_after() {
    let (mut a, _) = pair();
    a.increment("lamp", "qty", 2.0);
    let sent = a.slice.capture("lamp").unwrap();
    a.increment("lamp", "qty", 1.0);
    a.apply(Ok(sent.removal()));
    assert_eq!(a.get("lamp").unwrap(), r#"{"qty":1,"title":"Lamp"}"#);
    let rest = a.slice.capture("lamp").unwrap();
    a.apply(Ok(rest.removal()));
    a.apply(Ok(rest.removal()));
    assert_eq!(a.get("lamp"), None);
    a.put("lamp", r#"{"qty":0}"#);
    a.increment("lamp", "qty", 1.0);
    assert_eq!(a.get("lamp").unwrap(), r#"{"qty":1}"#);
}

#[test]
fn counting_two_fields_in_turn_loses_neither_base_nor_room() {
    let (mut a, mut b) = (Tab::new(1), Tab::new(2));
    b.receive(&a.put("lamp", r#"{"price":10,"qty":1,"title":"Lamp"}"#));
    let removal = b.slice.capture("lamp").unwrap().removal();
    a.increment("lamp", "qty", 1.0);
    a.receive(&removal);
    for _ in 0..10 {
        a.increment("lamp", "price", 1.0);
        a.increment("lamp", "qty", 1.0);
    }
    assert_eq!(a.get("lamp").unwrap(), r#"{"price":20,"qty":11,"title":"Lamp"}"#);
    assert!(a.slice.get("lamp").unwrap().events.len() <= 3);
}

#[test]
fn what_cannot_be_changed_says_so() {
    let (mut a, _) = pair();
    let author = a.author();
    let key: Rc<str> = "none".into();
    assert_eq!(a.slice.patch(&key, "{}", false, author), Err(ChangeError::NoEntry));
    assert_eq!(
        a.slice.increment(&key, &"qty".into(), 1.0, false, author),
        Err(ChangeError::NoEntry)
    );
    assert_eq!(
        a.slice.increment(&"lamp".into(), &"title".into(), 1.0, false, author),
        Err(ChangeError::NotANumber)
    );
    a.put("lamp", "5");
    let author = a.author();
    assert_eq!(
        a.slice.patch(&"lamp".into(), "{}", false, author),
        Err(ChangeError::NotAnObject)
    );
    assert!(matches!(
        a.slice.put(&key, Some("{"), author),
        Err(ChangeError::NotJson(_))
    ));
}

#[test]
fn order_is_that_of_the_first_put() {
    let mut a = Tab::new(1);
    for key in ["c", "a", "b"] {
        a.put(key, "1");
    }
    a.put("c", "2");
    a.remove("a");
    a.put("a", "3");
    assert_eq!(a.slice.keys(), ["c", "b", "a"].map(Rc::from));
}

/// Random histories of three tabs: every order of joining gives the same, and joining twice changes nothing.
#[test]
fn the_join_is_commutative_associative_and_idempotent() {
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for _ in 0..3_000 {
        let mut tabs = [Tab::new(1), Tab::new(2), Tab::new(3)];
        let mut changes: Vec<Slice> = Vec::new();
        for _ in 0..random(14) + 2 {
            let tab = &mut tabs[random(3) as usize];
            let key = ["lamp", "mug"][random(2) as usize];
            let there = tab.slice.get(key).is_some();
            changes.push(match random(6) {
                0 if there => tab.remove(key),
                1 if there => tab.patch(key, r#"{"title":1}"#),
                2 | 3 if there && tab.get(key).unwrap().starts_with('{') => tab.increment(key, "qty", 1.0),
                4 if !changes.is_empty() => {
                    tab.receive(&changes[random(changes.len() as u64) as usize]);
                    continue;
                }
                _ => tab.put(key, r#"{"qty":1,"title":"x"}"#),
            });
        }
        let whole = |order: &[usize]| {
            let mut slice = Slice::default();
            for &at in order {
                slice.join(&changes[at], Scope::Listed);
            }
            slice
        };
        let mut order: Vec<usize> = (0..changes.len()).collect();
        let expected = whole(&order);
        for at in (1..order.len()).rev() {
            order.swap(at, random(at as u64 + 1) as usize);
        }
        let half = order.len() / 2;
        let mut grouped = whole(&order[..half]);
        grouped.join(&whole(&order[half..]), Scope::Whole);
        assert_eq!(grouped, expected);
        grouped.join(&expected, Scope::Whole);
        assert_eq!(grouped, expected);
        for tab in &tabs {
            grouped.join(&tab.slice, Scope::Whole);
        }
        assert_eq!(grouped, expected);
    }
}

#[test]
fn what_would_be_taken_for_retired_is_not_brought_from_another_area() {
    let (mut a, b) = (Tab::new(1), Tab::new(2));
    a.put("lamp", "1");
    let entry = a.slice.entry("lamp").unwrap();
    let transplanted = |announced| b.slice.transplanted(&"lamp".into(), entry, announced);
    let older = Replica { birth: 0, random: 9 };
    assert!(transplanted(None).is_some() && transplanted(Some(older)).is_some());
    assert_eq!(transplanted(Some(a.replica)), None);
}
