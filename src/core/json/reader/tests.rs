use super::*;

fn check(text: &str) -> Result<&str, JsonError> {
    let mut reader = Reader::new(text);
    let value = reader.skip()?;
    reader.end()?;
    Ok(value)
}

#[test]
fn takes_exactly_json() {
    for good in [
        "null",
        " true ",
        "-0.5e+10",
        "0",
        r#""\u00e9\ud83d\ude00""#,
        "[]",
        "[1,[2]]",
        r#"{"a":{},"b":[null]}"#,
    ] {
        assert_eq!(check(good), Ok(good.trim()), "{good}");
    }
    for bad in [
        "",
        "nul",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "[1,]",
        "[,1]",
        "{a:1}",
        r#"{"a"}"#,
        r#"{"a":1,}"#,
        "\"\n\"",
        r#""\x""#,
        r#""\u+123""#,
        "1 2",
        "[1",
        "\"",
        r#""\"#,
        "[1}",
    ] {
        assert_eq!(check(bad), Err(JsonError::Syntax), "{bad}");
    }
}

#[test]
fn unescapes_strings() {
    assert_eq!(
        Reader::new(r#""a\"\\\/\b\f\n\r\t\u0041\ud83d\ude00z""#)
            .string()
            .unwrap(),
        "a\"\\/\u{8}\u{c}\n\r\tA😀z"
    );
    assert!(matches!(Reader::new("\"plain\"").string(), Ok(Cow::Borrowed("plain"))));
}

#[test]
fn refuses_half_of_a_pair() {
    for lone in [r#""\ud800""#, r#""\ud800x""#, r#""\udc00""#, r#""\ud800\n""#] {
        assert_eq!(check(lone), Err(JsonError::LoneSurrogate), "{lone}");
    }
}

#[test]
fn refuses_depth_before_the_stack_ends() {
    assert!(check(&("[".repeat(128) + &"]".repeat(128))).is_ok());
    assert_eq!(check(&"[".repeat(100_000)), Err(JsonError::Depth));
    assert_eq!(Reader::with_depth("[[1]]", 1).skip(), Err(JsonError::Depth));
}

#[test]
fn integers_are_whole_and_exact() {
    assert_eq!(Reader::new("9007199254740992").integer(), Ok(1 << 53));
    for bad in ["9007199254740993", "-1", "01", "1.5", "1e3", "99999999999999999999"] {
        assert!(Reader::new(bad).integer().is_err(), "{bad}");
    }
}
