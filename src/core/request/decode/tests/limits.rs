use super::*;

#[test]
fn depth_is_limited() {
    let nested = |levels: usize| ["{\"cart\":", &"[".repeat(levels), &"]".repeat(levels), "}"].concat();
    assert!(body(JSON, &nested(32)).is_ok());
    assert_eq!(code(body(JSON, &nested(33))), "too-large");
    assert_eq!(code(body(JSON, &nested(20_000))), "too-large");
    assert_eq!(code(body(JSON, &"{\"a\":".repeat(20_000))), "too-large");
    // The caller's own members count too: the whole body is walked.
    let own = nested(33).replace("cart", "note");
    assert_eq!(code(body(JSON, &own)), "too-large");
    let json = |levels: usize| ["filters=", &"[".repeat(levels), &"]".repeat(levels)].concat();
    assert!(query(&json(32), Shape::json_query("filters")).is_ok());
    assert_eq!(code(query(&json(33), Shape::json_query("filters"))), "too-large");
    let unlimited = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    let text = nested(20_000);
    let parts = Parts {
        content_type: JSON,
        body: text.as_bytes(),
        ..Parts::default()
    };
    assert_eq!(
        decode(&parts, &[Shape::body("cart")], &unlimited).unwrap_err().code(),
        "too-large"
    );
}

#[test]
fn bytes_are_limited() {
    let limits = Limits {
        bytes: 10,
        ..Limits::default()
    };
    let parts = Parts {
        query: Some("a=1234"),
        state_header: Some("123456"),
        content_type: JSON,
        body: b"[]",
    };
    let error = decode(&parts, &[Shape::set("a", Scalar::Text), Shape::header("b")], &limits).unwrap_err();
    assert_eq!((error.code(), error.status()), ("too-large", 413));
    // What no shape asks for isn't looked at.
    assert!(decode(&parts, &[Shape::set("a", Scalar::Text)], &limits).is_ok());
}

#[test]
fn entries_are_limited_over_all_slices() {
    let limits = Limits {
        entries: 6,
        ..Limits::default()
    };
    let shapes = [Shape::set("a", Scalar::Text), Shape::header("b"), Shape::body("c")];
    let parts = |body| Parts {
        query: Some("a=1&a=2"),
        state_header: Some("b=:WzFd:"),
        content_type: JSON,
        body,
    };
    assert!(decode(&parts(br#"{"c":{"x":1,"y":1}}"#), &shapes, &limits).is_ok());
    assert_eq!(
        decode(&parts(br#"{"c":{"x":[1],"y":1}}"#), &shapes, &limits)
            .unwrap_err()
            .code(),
        "too-large"
    );
    assert_eq!(
        code(query(&"&a=1".repeat(10_001), Shape::set("b", Scalar::Text))),
        "too-large"
    );
    assert_eq!(code(header(&vec!["a=:e30=:"; 10_001].join(","))), "too-large");
}
