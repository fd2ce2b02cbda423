mod limits;
mod multipart;

use super::*;
use crate::request::{Field, Scalar};

const JSON: Option<&str> = Some("application/json; charset=utf-8");
const FORM: Option<&str> = Some("Application/X-WWW-form-urlencoded");

fn query(query: &str, shape: Shape) -> Result<Option<String>, DecodeError> {
    read(
        &Parts {
            query: Some(query),
            ..Parts::default()
        },
        shape,
    )
}

fn header(header: &str) -> Result<Option<String>, DecodeError> {
    read(
        &Parts {
            state_header: Some(header),
            ..Parts::default()
        },
        Shape::header("cart"),
    )
}

fn body(content_type: Option<&str>, body: &str) -> Result<Option<String>, DecodeError> {
    read(
        &Parts {
            content_type,
            body: body.as_bytes(),
            ..Parts::default()
        },
        Shape::body("cart"),
    )
}

fn read(parts: &Parts<'_>, shape: Shape) -> Result<Option<String>, DecodeError> {
    let slice = shape.slice.clone();
    Ok(decode(parts, &[shape], &Limits::default())?
        .json(&slice)
        .map(str::to_owned))
}

fn code(result: Result<Option<String>, DecodeError>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn reads_sets() {
    let texts = || Shape::set("blocked", Scalar::Text);
    assert_eq!(
        query("blocked=a&x=1&blocked=b%20%22+c", texts()).unwrap().unwrap(),
        r#"["a","b \" c"]"#
    );
    assert_eq!(query("blocked=", texts()).unwrap().unwrap(), r#"[""]"#);
    assert_eq!(query("BLOCKED=a&blocked[]=b", texts()).unwrap(), None);
    assert_eq!(
        query("b=1&b=-2.5e%2B3", Shape::set("x", Scalar::Number).named("b"))
            .unwrap()
            .unwrap(),
        "[1,-2.5e+3]"
    );
    assert_eq!(code(query("blocked=a&blocked=%61", texts())), "malformed");
}

#[test]
fn reads_objects() {
    let fields = [
        ("tags", Field::List(Scalar::Text)),
        ("on", Field::One(Scalar::Bool)),
        ("n", Field::One(Scalar::Number)),
    ];
    let form = || Shape::object("filters", &fields);
    assert_eq!(
        query("n=0&tags=a&on=true&tags=a", form()).unwrap().unwrap(),
        r#"{"tags":["a","a"],"on":true,"n":0}"#
    );
    assert_eq!(query("other=1", form()).unwrap(), None);
    for bad in [
        "on=true&on=true",
        "on=True",
        "on=1",
        "on",
        "n=1x",
        "n=%201",
        "n=1%0A",
        "n=NaN",
        "n=",
        "tags=%ff",
        "n=%",
    ] {
        assert_eq!(code(query(bad, form())), "malformed", "{bad}");
    }
    let deep = || Shape::deep_object("filters", &fields);
    assert_eq!(
        query("filters%5Bon%5D=false&filters[n]=1&on=true", deep())
            .unwrap()
            .unwrap(),
        r#"{"on":false,"n":1}"#
    );
    assert_eq!(
        query("x[a]=1&x[__proto__]=2", Shape::deep_map("x", Scalar::Number))
            .unwrap()
            .unwrap(),
        r#"{"__proto__":2,"a":1}"#
    );
    assert_eq!(
        code(query("x[a][b]=1", Shape::deep_map("x", Scalar::Number))),
        "malformed"
    );
}

#[test]
fn reads_json_in_a_query() {
    let json = || Shape::json_query("filters");
    assert_eq!(
        query("filters=%7B%22a%22:[null]%7D", json()).unwrap().unwrap(),
        r#"{"a":[null]}"#
    );
    for bad in [
        "filters=",
        "filters=1",
        "filters=null",
        "filters=%7B",
        "filters=[]&filters=[]",
        "filters=[%22%5Cud800%22]",
    ] {
        assert_eq!(code(query(bad, json())), "malformed", "{bad}");
    }
}

#[test]
fn a_parameter_name_that_is_no_text_is_refused() {
    assert_eq!(code(query("%ff=1", Shape::set("blocked", Scalar::Text))), "malformed");
}

#[test]
fn reads_the_header() {
    assert_eq!(
        header("other=:e30=:,  cart=:eyJhIjoxfQ==:").unwrap().unwrap(),
        r#"{"a":1}"#
    );
    assert_eq!(header("").unwrap(), None);
    assert_eq!(header("cart2=:e30=:").unwrap(), None);
    for bad in [
        "cart",
        "cart=e30=",
        "cart=:e30=",
        "cart=:e30=:,",
        "cart=:!:",
        "Cart=:e30=:",
        "cart=:e30=:;a",
        "cart=:/w==:",
    ] {
        assert_eq!(code(header(bad)), "malformed", "{bad}");
    }
    assert_eq!(code(header("cart=:e30=:, cart=:e30=:")), "malformed");
    assert_eq!(code(header("cart=:MQ==:")), "malformed");
}

#[test]
fn reads_bodies() {
    assert_eq!(
        body(JSON, r#"{"note":1,"c\u0061rt":{ "a": 1 }}"#).unwrap().unwrap(),
        r#"{ "a": 1 }"#
    );
    assert_eq!(
        body(Some("application/merge-patch+json"), r#"{"cart":[]}"#)
            .unwrap()
            .unwrap(),
        "[]"
    );
    assert_eq!(
        body(FORM, "note=x+y&cart=%7B%22a%22%3A+1%7D").unwrap().unwrap(),
        r#"{"a": 1}"#
    );
    assert_eq!(body(None, "").unwrap(), None);
    assert_eq!(body(JSON, "{}").unwrap(), None);
    for bad in [
        "[]",
        "{",
        r#"{"cart":{}} x"#,
        r#"{"cart":null}"#,
        r#"{"cart":{},"c\u0061rt":{}}"#,
        "\u{feff}{}",
        "1",
    ] {
        assert_eq!(code(body(JSON, bad)), "malformed", "{bad}");
    }
    assert_eq!(code(body(FORM, "cart={}&cart={}")), "malformed");
    let bytes = Parts {
        content_type: JSON,
        body: b"{\"cart\":{\"a\":\"\xff\"}}",
        ..Parts::default()
    };
    assert_eq!(code(read(&bytes, Shape::body("cart"))), "malformed");
}

#[test]
fn other_bodies_are_said_to_be_unsupported() {
    for other in [
        None,
        Some("text/plain"),
        Some("multipart/mixed; boundary=application/json"),
        Some("application/jsonp"),
    ] {
        let error = body(other, r#"{"cart":{}}"#).unwrap_err();
        assert_eq!((error.code(), error.status()), ("unsupported-body", 415));
    }
}

#[test]
fn numbers_beyond_a_double_are_refused() {
    for number in ["1e309", "-1e400"] {
        assert_eq!(code(body(JSON, &["{\"cart\":[", number, "]}"].concat())), "malformed");
        let one = ["n=", number].concat();
        assert_eq!(code(query(&one, Shape::set("n", Scalar::Number))), "malformed");
    }
    assert!(body(JSON, r#"{"cart":[1.7976931348623157e308,5e-324,9007199254740993]}"#).is_ok());
}

#[test]
fn a_number_given_twice_is_refused_however_it_is_written() {
    let shape = || Shape::set("n", Scalar::Number).or_in_body();
    for (one, other) in [
        ("10", "1e1"),
        ("1", "1.0"),
        ("0", "-0"),
        ("9007199254740992", "9007199254740993"),
    ] {
        assert_eq!(
            code(query(&format!("n={one}&n=5&n={other}"), shape())),
            "malformed",
            "{other}"
        );
        let parts = Parts {
            content_type: JSON,
            body: &format!(r#"{{"n":[{one},{other}]}}"#).into_bytes(),
            ..Parts::default()
        };
        assert_eq!(code(read(&parts, shape())), "malformed", "{other}");
    }
    let texts = query("n=1&n=1.0", Shape::set("n", Scalar::Text));
    assert_eq!(texts.unwrap().as_deref(), Some(r#"["1","1.0"]"#));
}

#[test]
fn a_name_given_twice_is_refused_at_any_depth() {
    for bad in [
        r#"{"cart":{"a":1,"\u0061":2}}"#,
        r#"{"cart":[[{"x":{"a":1,"b":2,"a":3}}]]}"#,
    ] {
        assert_eq!(code(body(JSON, bad)), "malformed", "{bad}");
    }
    let proto = r#"{"__proto__":{"admin":true},"constructor":1}"#;
    assert_eq!(
        body(JSON, &["{\"cart\":", proto, "}"].concat()).unwrap().unwrap(),
        proto
    );
}

#[test]
fn required_slices_are_required() {
    let error = query("", Shape::set("blocked", Scalar::Text).required()).unwrap_err();
    assert_eq!(
        error,
        DecodeError::Missing {
            slice: "blocked".into()
        }
    );
    assert_eq!(error.status(), 422);
    assert!(query("blocked=a", Shape::set("blocked", Scalar::Text).required()).is_ok());
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn reads_into_types() {
    let parts = Parts {
        content_type: JSON,
        body: br#"{"cart":{"lamp":{"qty":"canary"}}}"#,
        ..Parts::default()
    };
    let state = decode(&parts, &[Shape::body("cart")], &Limits::default()).unwrap();
    type Cart<T> = std::collections::BTreeMap<String, std::collections::BTreeMap<String, T>>;
    assert_eq!(
        state.read::<Cart<String>>("cart").unwrap().unwrap()["lamp"]["qty"],
        "canary"
    );
    assert_eq!(state.read::<Cart<String>>("other").unwrap(), None);
    let error = state.read::<Cart<u32>>("cart").unwrap_err();
    assert_eq!(
        error,
        DecodeError::WrongType {
            slice: "cart".into(),
            column: 23
        }
    );
    assert!(!error.problem().contains("canary"));
    assert!(!format!("{state:?}").contains("canary"));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn reads_into_one_type() {
    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Order {
        cart: std::collections::BTreeMap<String, u32>,
        #[serde(default)]
        filters: Vec<bool>,
    }
    let order = |body: &str| {
        let parts = Parts {
            content_type: JSON,
            body: body.as_bytes(),
            ..Parts::default()
        };
        let shapes = [Shape::body("filters"), Shape::body("cart")];
        decode(&parts, &shapes, &Limits::default()).unwrap().read_all::<Order>()
    };
    let cart = [("lamp".to_owned(), 2)].into();
    let read = order(r#"{"cart":{"lamp":2}}"#).unwrap();
    assert_eq!(
        read,
        Order {
            cart,
            filters: Vec::new()
        }
    );
    let wrong = |slice: &str, column| DecodeError::WrongType {
        slice: slice.into(),
        column,
    };
    let error = order("{\"cart\":{\n\n\"lamp\":\n \"canary\"},\"filters\":[\ntrue]}").unwrap_err();
    assert_eq!(error, wrong("cart", 20));
    assert_eq!(
        order(r#"{"cart":{},"filters":["canary"]}"#).unwrap_err(),
        wrong("filters", 9)
    );
    assert_eq!(
        order(r#"{"filters":[]}"#).unwrap_err(),
        DecodeError::Missing { slice: "cart".into() }
    );
    assert_eq!(order("{}").unwrap_err().code(), "missing");
}

#[test]
fn problems_are_json() {
    for error in [
        body(JSON, "[").unwrap_err(),
        body(None, "x").unwrap_err(),
        DecodeError::WrongType {
            slice: "a\"b".into(),
            column: 7,
        },
        DecodeError::TooLarge { why: "x" },
    ] {
        let problem: serde_json::Value = serde_json::from_str(&error.problem()).unwrap();
        assert_eq!(problem["status"], error.status());
        assert_eq!(problem["detail"], error.to_string());
        assert_eq!(problem["code"], error.code());
    }
}
