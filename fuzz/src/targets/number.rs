//! Numbers: as JSON writes them, as ECMAScript does, and the whole ones that documents count in.

use holdall::json::Reader;
use holdall::number::NATIVE;

use crate::fields::text;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        "0",
        "-0",
        "0.1",
        "1e21",
        "1e-7",
        "5e-324",
        "1.7976931348623157e+308",
        "9007199254740992",
        "9007199254740993",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "-",
        "0x10",
        "NaN",
        "Infinity",
        " 12 ",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

pub(crate) fn run(input: &[u8]) {
    let text = text(input);
    let mut reader = Reader::new(&text);
    let number = reader.number().and_then(|number| reader.end().map(|()| number));
    let theirs = serde_json::from_str::<serde_json::Number>(&text);
    if let Ok(number) = number {
        let value = (NATIVE.parse)(number);
        assert_eq!(theirs.is_ok(), value.is_finite(), "both take it");
    } else {
        assert!(theirs.is_err(), "they alone take it");
    }

    let mut reader = Reader::new(&text);
    let integer = reader.integer().and_then(|integer| reader.end().map(|()| integer));
    let plain = text.trim_matches([' ', '\t', '\n', '\r']);
    let is_plain =
        plain == "0" || !plain.starts_with("0") && !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    let expected = plain
        .parse()
        .ok()
        .filter(|integer: &u64| is_plain && *integer <= 1 << 53);
    assert_eq!(integer.ok(), expected);

    // Any bits are a number, too.
    let mut bits = [0; 8];
    bits.iter_mut().zip(input).for_each(|(bit, byte)| *bit = *byte);
    let value = f64::from_le_bytes(bits);
    if value.is_finite() {
        let written = (NATIVE.format)(value);
        assert_eq!((NATIVE.parse)(&written), value);
        assert_eq!(Reader::new(&written).number(), Ok(&*written));
        assert_eq!(written, ryu_js::Buffer::new().format(value));
    }
}
