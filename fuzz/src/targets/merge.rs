//! The caller's own query and body, into which state is merged.

use holdall::json::{canonical, write};
use holdall::number::NATIVE;
use holdall::request::{join_query, merge_json};

use crate::fields::{join, names, texts};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        (
            "page=2&q=%zz",
            "blocked=mallory&blocked=eve",
            r#"{ "note": 1.0 , "cart\u0020":"}" } "#,
        ),
        ("", "", ""),
        ("%62locked=1&", "blocked=2", "{}"),
        ("a=%F0%9F%98%80", "%F0%9F%98%80=a", r#"{"c\u0061rt":{}}"#),
        ("a", "b", "[]"),
    ]
    .iter()
    .map(|(own, add, body)| join(&[own, add, body, "cart"]))
    .collect()
}

pub(crate) fn run(input: &[u8]) {
    let [own, add, body, name] = texts(input);
    if let Ok(query) = join_query(&own, &add) {
        assert!(
            query.starts_with(&*own) && query.ends_with(&*add),
            "what the caller wrote stays"
        );
        let (own, add) = (names(&own), names(&add));
        // Who reads no UTF-8 takes it for this.
        let is_text = |name: &&String| !name.contains('\u{fffd}');
        assert!(
            !add.iter().filter(is_text).any(|name| own.contains(name)),
            "nothing comes twice"
        );
    }

    let member = r#"{"lamp":{"qty":2}}"#;
    let members = [(name.to_string(), member.to_owned())];
    let Ok(merged) = merge_json(Some(&body), &members) else {
        return;
    };
    if let Ok(own) = canonical(if body.is_empty() { "{}" } else { &body }, NATIVE) {
        let mut expected = own.strip_suffix('}').unwrap().to_owned();
        write::comma(&mut expected, &mut (own == "{}"));
        write::string(&mut expected, &name);
        expected += &format!(":{member}}}");
        let expected = canonical(&expected, NATIVE).expect("no member twice");
        assert_eq!(canonical(&merged, NATIVE), Ok(expected), "the body, and the state");
    }
}
