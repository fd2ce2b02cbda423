use super::{CodecError, Document};
use crate::number::NATIVE;
use crate::state::Scope;

/// Members may come in any order, and a replica within the horizon may be named all the same: that adds nothing to what was seen.
#[test]
fn what_was_read_is_written_and_read_again() {
    let part = |members: &str| {
        let text = r#"{"f":1,"k":9,"r":["5.00000000000000aa","7.00000000000000bb"],"s":{"cart":{"26":{PART}}}}"#;
        Document::decode(&text.replace("PART", members), NATIVE).unwrap()
    };
    let horizon = r#""h":"5.00000000000000aa""#;
    let seen = r#""c":[[0,1,3],[1,2,2]]"#;
    let entries = r#""e":{"lamp":[[[0,5,1,1,1,0,1,0,["qty",1]]],[]]}"#;
    let first = part(&[horizon, seen, entries].join(","));
    for members in [
        [seen, horizon, entries],
        [entries, seen, horizon],
        [entries, horizon, seen],
    ] {
        let document = part(&members.join(","));
        assert_eq!(document, first);
        assert_eq!(
            Document::decode(&document.encode(NATIVE), NATIVE).as_ref(),
            Ok(&document)
        );
    }
}

#[test]
fn hearing_the_same_again_changes_nothing_whatever_it_is() {
    let text = r#"{"f":1,"k":9,"r":["5.00000000000000aa"],"s":{"cart":{"26":{"c":[[0,1,1]],"e":{"lamp":[[[0,1,1,1,1,0,1,0,1,["y",1],["x",2],["x",3]]],[]]}}}}}"#;
    let (_, slice) = Document::decode(text, NATIVE).unwrap().slices.remove(0);
    let mut again = slice.clone();
    assert!(again.join(&slice, Scope::Whole).is_empty());
    assert_eq!(again, slice);
}

/// Whoever is born later comes after all that a clock has seen, or must be believed to have been there before.
#[test]
fn nobody_is_from_the_future() {
    let read = |text: &str| Document::decode(text, NATIVE).map(drop);
    let slices = r#""s":{"cart":{"26":{"c":[[0,1,1]]}}}"#;
    let document = |replicas: &str| format!(r#"{{"f":1,"k":9,{replicas}}}"#);
    assert_eq!(
        read(&document(&format!(r#""r":["9.00000000000000aa"],{slices}"#))),
        Ok(())
    );
    let damaged = [
        format!(r#""r":["10.00000000000000aa"],{slices}"#),
        format!(r#""r":["10.00000000000000aa"],{slices},"r":[]"#),
        r#""h":"10.00000000000000aa","s":{}"#.to_owned(),
        r#""h":"10.00000000000000aa","h":"1.00000000000000aa","s":{}"#.to_owned(),
        r#""s":{"cart":{"26":{"h":"10.00000000000000aa"}}}"#.to_owned(),
    ];
    for damaged in damaged {
        assert_eq!(read(&document(&damaged)), Err(CodecError::Damaged), "{damaged}");
    }
    let last = r#"{"f":1,"k":281474976710656,"s":{"cart":{"26":{"h":"281474976710656.00000000000000aa"}}}}"#;
    assert_eq!(read(last), Err(CodecError::Damaged), "nobody could be born after it");
}
