use super::*;
use crate::core::request::Style;

fn send(slice: usize, name: &str, place: Place) -> Send {
    Send {
        slice,
        slice_name: ["slice", name].concat(),
        name: name.to_owned(),
        place,
        kind: SliceKind::Map,
        fields: Vec::new(),
        select: None,
        selected: None,
        empty: false,
    }
}

fn plan(sends: Vec<Send>) -> Plan {
    Plan {
        token: crate::core::request::TokenUse::None,
        sends,
        consume: Vec::new(),
        key: String::new(),
        consume_if: None,
        overflow: crate::core::request::Overflow::Error,
        follow_redirects: false,
        retry: 0,
        idempotency: None,
        budget: None,
        streamed: false,
        bodiless: false,
        idempotent: false,
    }
}

pub(super) fn one(place: Place, state: &str) -> Result<Outgoing, EncodeError> {
    encode(&plan(vec![send(0, "x", place)]), |_| Some(state.to_owned()))
}

fn query(style: Style, state: &str) -> Result<String, EncodeError> {
    one(Place::Query(style), state).map(|outgoing| outgoing.query)
}

#[test]
fn writes_form() {
    for (state, expected) in [
        (r#"["a","b"]"#, "x=a&x=b"),
        (r#"["b","a",2,true,""]"#, "x=&x=a&x=b&x=2&x=true"),
        (
            r#"{"inStock":true,"q":"a b&c=d+é\"","n":-1.5,"z":1e+21}"#,
            "inStock=true&q=a%20b%26c%3Dd%2B%C3%A9%22&n=-1.5&z=1e%2B21",
        ),
        (r#"{"tags":["b","a"],"none":[],"e":""}"#, "tags=b&tags=a&e="),
        (r#"{"a b&":1}"#, "a%20b%26=1"),
        (r#"{"none":[]}"#, ""),
    ] {
        assert_eq!(query(Style::Form, state).unwrap(), expected);
    }
}

#[test]
fn writes_deep_objects_and_json() {
    assert_eq!(
        query(Style::DeepObject, r#"{"a b":"c d","t":[1,2]}"#).unwrap(),
        "x%5Ba%20b%5D=c%20d&x%5Bt%5D=1&x%5Bt%5D=2"
    );
    assert_eq!(
        query(Style::Json, r#"{"a":[null,{}]}"#).unwrap(),
        "x=%7B%22a%22%3A%5Bnull%2C%7B%7D%5D%7D"
    );
    assert_eq!(query(Style::Json, r#"["b","a"]"#).unwrap(), "x=%5B%22a%22%2C%22b%22%5D");
}

#[test]
fn what_a_style_cannot_say_is_refused_without_saying_it() {
    for (style, state) in [
        (Style::Form, r#"["canary",null]"#),
        (Style::Form, r#"[["canary"]]"#),
        (Style::Form, r#"{"canary":[null]}"#),
        (Style::Form, r#"{"canary":{"a":1}}"#),
        (Style::Form, r#"{"canary":[[1]]}"#),
        (Style::DeepObject, r#"{"a":{"canary":1}}"#),
        (Style::DeepObject, r#"{"canary[":1}"#),
        (Style::DeepObject, r#"{"canary]":1}"#),
        (Style::Form, r#"{"canary""#),
        (Style::Form, "canary"),
    ] {
        let error = query(style, state).unwrap_err();
        assert_eq!(error.code(), "not-encodable", "{state}");
        assert!(error.to_string().contains("`slicex`"), "{error}");
        assert!(
            !error.to_string().contains("canary") && !format!("{error:?}").contains("canary"),
            "{error}"
        );
    }
}

#[test]
fn the_order_of_a_set_does_not_matter() {
    for place in [
        Place::Query(Style::Form),
        Place::Query(Style::Json),
        Place::Header,
        Place::Body,
    ] {
        assert!(one(place, r#"["b","a",{"c":[2,1]}]"#) == one(place, r#"[{"c":[2,1]},"b","a"]"#));
    }
}

#[test]
fn writes_the_header_in_ascii() {
    let plan = plan(vec![send(0, "a", Place::Header), send(1, "b", Place::Header)]);
    let outgoing = encode(&plan, |slice| {
        Some(if slice == 0 { r#"{"a":1}"# } else { r#"["é"]"# }.to_owned())
    })
    .unwrap();
    assert_eq!(outgoing.state_header.unwrap(), "a=:eyJhIjoxfQ==:, b=:WyLDqSJd:");
    assert_eq!(outgoing.bytes, [(0, 16), (1, 14)]);
}

#[test]
fn empty_slices_are_absent() {
    for place in [
        Place::Query(Style::Form),
        Place::Query(Style::Json),
        Place::Header,
        Place::Body,
    ] {
        let plan = plan(vec![send(0, "x", place)]);
        for empty in [None, Some("[]"), Some("{}")] {
            let outgoing = encode(&plan, |_| empty.map(str::to_owned)).unwrap();
            assert!(outgoing == Outgoing::default());
        }
    }
}

#[test]
fn slices_that_clash_are_both_named() {
    let header = vec![
        send(0, "x", Place::Header),
        Send {
            slice_name: "other".into(),
            ..send(1, "x", Place::Header)
        },
    ];
    let body = vec![
        send(0, "x", Place::Body),
        Send {
            slice_name: "other".into(),
            ..send(1, "x", Place::Body)
        },
    ];
    let form = vec![
        send(0, "y", Place::Query(Style::Form)),
        Send {
            slice_name: "other".into(),
            ..send(1, "x", Place::Query(Style::Form))
        },
    ];
    for (sends, first) in [(header, "`slicex`"), (body, "`slicex`"), (form, "`slicey`")] {
        let state = |slice| Some(if slice == 0 { r#"{"x":1}"# } else { "[1]" }.to_owned());
        let error = encode(&plan(sends), state).err().unwrap();
        assert_eq!(error.code(), "name-clash");
        assert!(
            error.to_string().contains(first) && error.to_string().contains("`other`"),
            "{error}"
        );
    }
}

#[test]
fn a_request_without_body_cannot_take_body_state() {
    let plan = Plan {
        bodiless: true,
        ..plan(vec![send(0, "x", Place::Body)])
    };
    assert_eq!(encode(&plan, |_| None).err().unwrap().code(), "body-not-mergeable");
}

#[test]
fn joins_queries() {
    for (own, add, expected) in [
        ("", "a=1", "a=1"),
        ("b", "a=1", "b&a=1"),
        ("b=%zz&", "a=1", "b=%zz&a=1"),
        ("b=a", "", "b=a"),
        ("", "", ""),
        ("b=&&a[]=1&A=1&aa=1", "a=1&a=2", "b=&&a[]=1&A=1&aa=1&a=1&a=2"),
    ] {
        assert_eq!(join_query(own, add).unwrap(), expected);
    }
    for own in ["a=1", "a", "x=1&a=", "%61=1", "=&a+b=1", "a%20b"] {
        let error = join_query(own, "a=2&a%20b=3").unwrap_err();
        assert_eq!(error.code(), "name-clash", "{own}");
    }
    assert_eq!(
        join_query("a=canary", "a=canary").unwrap_err().to_string(),
        "the URL's own parameter `a` and the state's parameter `a` would be sent under one name: \
         give the slice another one with the rule's `as` (for an object's fields in a query, with the style deepObject), \
         or rename yours"
    );
}

#[test]
fn merges_bodies_as_text() {
    let members = [("a\"".to_owned(), "[1]".to_owned()), ("b".to_owned(), "{}".to_owned())];
    for (own, expected) in [
        ("", r#"{"a\"":[1],"b":{}}"#),
        ("{}", r#"{"a\"":[1],"b":{}}"#),
        (" { } \n", r#" { "a\"":[1],"b":{}}"#),
        (
            "{\"x\": 1.00,\n\"y\":{\"b\":\"}\"}}",
            "{\"x\": 1.00,\n\"y\":{\"b\":\"}\"},\"a\\\"\":[1],\"b\":{}}",
        ),
    ] {
        let merged = merge_json(Some(own), &members).unwrap();
        assert_eq!(merged, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&merged).is_ok());
    }
    for bad in [
        "[]",
        "1",
        "null",
        "\"{}\"",
        "{",
        "{} {}",
        "{}x",
        "{\"a\":1,}",
        "\u{feff}{}",
        "a=1",
    ] {
        assert_eq!(
            merge_json(Some(bad), &members).unwrap_err().code(),
            "body-not-mergeable",
            "{bad}"
        );
    }
    for clash in [r#"{"b":1}"#, r#"{"x":1,"\u0062":1}"#] {
        assert_eq!(
            merge_json(Some(clash), &members).unwrap_err().code(),
            "name-clash",
            "{clash}"
        );
    }
    assert_eq!(
        merge_json(Some(&"{\"a\":".repeat(20_000)), &members)
            .unwrap_err()
            .code(),
        "body-not-mergeable"
    );
}

#[test]
fn budgets_give_sizes_by_slice() {
    let plan = plan(vec![
        send(0, "a", Place::Query(Style::Form)),
        send(1, "b", Place::Header),
        send(2, "c", Place::Body),
        send(3, "d", Place::Query(Style::Form)),
    ]);
    let state = |length: usize| ["[\"", &"s".repeat(length), "\"]"].concat();
    let lengths = [10, 20, 100_000, 30];
    let outgoing = encode(&plan, |slice| Some(state(lengths[slice]))).unwrap();
    assert_eq!(outgoing.bytes, [(0, 12), (1, 36), (2, 100_008), (3, 33)]);
    assert_eq!(check_budget(&plan, &outgoing, 8_000, 0), Ok(()));
    assert_eq!(check_budget(&plan, &outgoing, 4_000, 4_000), Ok(()));
    assert!(check_budget(&plan, &outgoing, 4_000, 4_001).is_err());
    assert!(check_budget(&plan, &outgoing, usize::MAX, usize::MAX).is_err());
    let error = check_budget(&plan, &outgoing, 8_001, 0).unwrap_err();
    assert_eq!(error.code(), "too-large");
    assert_eq!(
        error.to_string(),
        "the request's URL would have 8001 bytes, and may have 8000; \
         of these, slicea takes 12, sliceb takes 36, sliced takes 33. Send large slices in the body, or set `overflow`"
    );

    let header = |length| encode(&plan, |slice| (slice == 1).then(|| state(length))).unwrap();
    let (fits, beyond) = (header(3_065), header(3_066));
    assert_eq!(fits.state_header.as_ref().map(String::len), Some(4_096));
    assert_eq!(check_budget(&plan, &fits, 100, 4_200), Ok(()));
    assert!(matches!(
        check_budget(&plan, &beyond, 100, 4_200),
        Err(EncodeError::TooLarge { limit: 4_096, .. })
    ));

    // Whoever knows the servers says what they take.
    for budget in [100, 20_000] {
        let plan = Plan {
            budget: Some(budget),
            ..plan.clone()
        };
        let limit = budget as usize;
        assert_eq!(check_budget(&plan, &beyond, limit - 50, 50), Ok(()));
        let error = check_budget(&plan, &beyond, limit - 50, 51).unwrap_err();
        assert!(matches!(error, EncodeError::TooLarge { limit: told, .. } if told == limit));
    }

    // Without state there, a long URL is the caller's own business.
    let body = encode(&plan, |slice| (slice == 2).then(|| state(9_000))).unwrap();
    assert_eq!(check_budget(&plan, &body, 9_000, 9_000), Ok(()));
}

#[test]
fn one_name_may_be_used_in_different_places() {
    let plan = plan(vec![
        send(0, "x", Place::Body),
        send(1, "x", Place::Header),
        send(2, "x", Place::Query(Style::Json)),
    ]);
    let outgoing = encode(&plan, |_| Some("[1]".to_owned())).unwrap();
    assert_eq!(outgoing.bytes, [(0, 7), (1, 8), (2, 9)]);
}

fn changed(change: impl Fn(&mut Send), state: Option<&str>) -> Outgoing {
    let mut send = send(0, "x", Place::Body);
    change(&mut send);
    encode(&plan(vec![send]), |_| state.map(str::to_owned)).unwrap()
}

#[test]
fn chosen_fields_alone_are_sent() {
    let fields = |kind, state: &str| {
        let outgoing = changed(
            |send| {
                send.kind = kind;
                send.fields = vec!["b".to_owned(), "c".to_owned()];
            },
            Some(state),
        );
        outgoing.body_members.first().map(|(_, text)| text.clone())
    };
    let entries = r#"{"a":{"a":1,"b":{"a":2},"c":"}"},"b":{"a":1},"c":7}"#;
    assert_eq!(
        fields(SliceKind::Map, entries).unwrap(),
        r#"{"a":{"b":{"a":2},"c":"}"},"b":{},"c":7}"#
    );
    assert_eq!(fields(SliceKind::Object, entries).unwrap(), r#"{"b":{"a":1},"c":7}"#);
    assert_eq!(fields(SliceKind::Object, r#"{"a":1}"#), None, "nothing is left to send");
}

#[test]
fn what_is_empty_is_sent_if_the_rule_says_so() {
    for (kind, text) in [
        (SliceKind::Set, "[]"),
        (SliceKind::Map, "{}"),
        (SliceKind::Object, "{}"),
    ] {
        for state in [None, Some(text)] {
            let empty = |send: &mut Send| (send.kind, send.empty) = (kind, true);
            assert_eq!(changed(empty, state).body_members, [("x".to_owned(), text.to_owned())]);
        }
    }
}

#[test]
fn what_a_function_has_made_is_sent_instead() {
    let made = |selected: Option<&str>| {
        let selected = selected.map(str::to_owned);
        changed(
            |send| (send.select, send.selected) = (Some(0), selected.clone()),
            Some(r#"{"canary":1}"#),
        )
    };
    assert_eq!(
        made(Some(r#"["b","a"]"#)).body_members[0].1,
        r#"["b","a"]"#,
        "an order that it has chosen"
    );
    assert!(made(None) == Outgoing::default());
    let even_empty = |send: &mut Send| (send.select, send.empty) = (Some(0), true);
    assert!(
        changed(even_empty, Some("{}")) == Outgoing::default(),
        "it wants nothing sent"
    );
    let mut shown = send(0, "x", Place::Body);
    shown.selected = Some("canary".to_owned());
    let shown = format!("{:?}", plan(vec![shown]));
    assert!(shown.contains("slicex") && !shown.contains("canary"), "{shown}");
}
