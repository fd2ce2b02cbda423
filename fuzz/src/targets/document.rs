//! Entries of the journal, one or two at a time: their form, and the join of what they say.

use std::rc::Rc;

use holdall::journal::{CodecError, Document};
use holdall::json::{MAX_DEPTH, Reader};
use holdall::number::NATIVE;
use holdall::state::{Absorbed, Counter, Event, Part, Scope, part_of};

use crate::corpus::stored;
use crate::fields::{join, texts};
use crate::seal::sealed;

/// A part with a horizon and all that events and counters can be, another that goes on from there, a sum that is none, and what only a newer
/// version reads.
const BY_HAND: [&str; 4] = [
    r#"{"f":1,"k":9,"h":"5.00000000000000aa","r":["5.00000000000000aa","7.00000000000000bb","8.00000000000000cc"],"s":{"cart":{"26":{"h":"5.00000000000000aa","c":[[1,1,3,5,5],[2,1,2]],"e":{"lamp":[[[0,4,1790000000000,1,5,0,5,0,1,["qty",2],["title","Lamp"]],[1,2,1790000000001,2,0,0,5,0,2,["title","Lamp",5,0],[0]]],[["qty",1,5,2.5,3,-1e2,1],["qty",2,1,1,0,0]]]}}}}}"#,
    r#"{"f":1,"k":9,"r":["7.00000000000000bb"],"s":{"cart":{"26":{"h":"3.00000000000000aa","c":[[0,1,9]],"e":{"lamp":[[],[]]}}},"blocked":{}}}"#,
    r#"{"f":1,"k":9,"r":["7.00000000000000bb"],"s":{"cart":{"26":{"c":[[0,1,1]],"e":{"lamp":[[],[["qty",0,1,1e999,0,0]]]}}}}}"#,
    r#"{"f":2,"k":{},"s":[]}"#,
];

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let stored = stored();
    let texts: Vec<&str> = BY_HAND
        .into_iter()
        .chain(stored.iter().map(|(_, text)| text.as_str()))
        .collect();
    // Each with the next, which often speaks of the same.
    texts
        .iter()
        .zip(texts.iter().cycle().skip(1))
        .map(|(one, other)| join(&[one, other]))
        .collect()
}

pub(crate) fn run(input: &[u8]) {
    let [one, other] = texts(input);
    let documents = (read(&one), read(&other));
    if let (Some(one), Some(other)) = documents {
        for (name, part) in parts(&one) {
            for (_, other) in parts(&other).filter(|(other, _)| *other == name) {
                meet(part, other);
            }
        }
    }
    // Text that is read part by part when somebody asks, and only then turns out to be anything.
    if let Some(sealed) = sealed(&one)
        && let Ok(document) = Document::decode_later(&Rc::new(sealed), NATIVE)
    {
        for (_, part) in parts(&document) {
            part.entries.read();
        }
    }
}

/// What is read is written again as it was, in either form.
fn read(text: &str) -> Option<Document> {
    let document = match Document::decode(text, NATIVE) {
        Ok(document) => document,
        Err(error) => {
            assert!(
                error == CodecError::Damaged || text.contains("\"f\""),
                "newer than what?"
            );
            return None;
        }
    };
    let plain = document.encode(NATIVE);
    let again = Document::decode(&plain, NATIVE).expect("what was read can be written and read");
    assert_eq!(again.slices, document.slices, "it says the same");
    assert_eq!((again.clock, again.horizon), (document.clock, document.horizon));
    assert_eq!(again.encode(NATIVE), plain, "there is one way to say it");

    let later = Rc::new(document.encode_later(NATIVE));
    let again = Document::decode_later(&later, NATIVE).expect("so with the other form");
    assert_eq!(again.slices, document.slices, "it says the same later");
    for ((_, number), part) in parts(&document) {
        meet(part, part);
        for (key, entry) in part.entries.iter() {
            assert_eq!(part_of(key), number, "nobody would find it");
            let seen = |event: &Rc<Event>| part.context.contains(event.dot);
            assert!(entry.events.iter().all(seen), "it would come back after every removal");
            if let Some(value) = entry.value(NATIVE) {
                let mut reader = Reader::with_depth(&value, MAX_DEPTH + 16);
                assert!(reader.skip().and_then(|_| reader.end()).is_ok(), "a value is JSON");
            }
        }
    }
    Some(document)
}

fn parts(document: &Document) -> impl Iterator<Item = ((&str, u8), &Part)> {
    let of_slices = document.slices.iter();
    of_slices.flat_map(|(name, slice)| slice.parts().iter().map(|(number, part)| ((&**name, *number), part)))
}

/// Whoever hears both knows the same, in whatever order they came, and learns nothing from hearing them again.
fn meet(one: &Part, other: &Part) {
    let (both, too) = (joined(one, other), joined(other, one));
    assert_eq!(both.context, too.context, "the same was seen");
    assert_eq!(outline(&both), outline(&too), "the same is left");
    if agree(one, other) {
        assert_eq!(both, too, "and looks the same");
    }
    assert_eq!(joined(&both, one), both, "it is in there");
    assert_eq!(joined(&both, other), both, "so is this");
    assert!(both.includes(one, Scope::Whole) && both.includes(other, Scope::Whole));
}

fn joined(one: &Part, other: &Part) -> Part {
    let mut part = one.clone();
    part.join(other, Scope::Whole, &mut Absorbed::default());
    part.forget_void();
    part
}

/// Which operations are left of which keys.
fn outline(part: &Part) -> String {
    let mut out = String::new();
    for (key, entry) in part.entries.iter() {
        let dots: Vec<_> = entry.events.iter().map(|event| event.dot).collect();
        let counters = entry
            .counters
            .iter()
            .map(|it| (&it.field, it.replica, it.added.seq, it.floor.seq));
        out += &format!("{key:?} {dots:?} {:?}\n", counters.collect::<Vec<_>>());
    }
    out
}

/// Whether both say the same of each operation that both name, as they do unless somebody lies.
fn agree(one: &Part, other: &Part) -> bool {
    one.entries.iter().all(|(key, entry)| {
        let Some(theirs) = other.entries.get(key) else {
            return true;
        };
        let events = entry.events.iter().all(|event| {
            theirs
                .events
                .iter()
                .all(|other| other.dot != event.dot || other == event)
        });
        let counters = entry.counters.iter().all(|counter| {
            let same = |other: &&Counter| other.field == counter.field && other.replica == counter.replica;
            theirs.counters.iter().filter(same).all(|other| {
                (other.added.seq != counter.added.seq || (other.added, other.folded) == (counter.added, counter.folded))
                    && (other.floor.seq != counter.floor.seq || other.floor == counter.floor)
            })
        });
        events && counters
    })
}
