use std::cmp::Ordering;

use super::{JsonError, Kind, Reader, write};
use crate::number::Numbers;
use crate::sort::sort_by;
use crate::text::has_only;

/// Brings a JSON text into the canonical form of RFC 8785, so that equal values have equal bytes: members sorted by UTF-16 code
/// units, no white space, one way to write each string and number.
///
/// # Errors
/// Those of the text, [`JsonError::LoneSurrogate`] and [`JsonError::DuplicateName`] among them.
///
/// ```
/// # #[cfg(not(target_arch = "wasm32"))] {
/// use holdall::{json::canonical, number::NATIVE};
///
/// assert_eq!(canonical(r#"{ "b": 1e2, "a": "\u0041" }"#, NATIVE)?, r#"{"a":"A","b":100}"#);
/// # }
/// # Ok::<(), holdall::json::JsonError>(())
/// ```
pub fn canonical(text: &str, numbers: Numbers) -> Result<String, JsonError> {
    let mut reader = Reader::new(text);
    let mut out = String::with_capacity(text.len());
    value(&mut reader, &mut out, numbers)?;
    reader.end()?;
    Ok(out)
}

fn value(reader: &mut Reader<'_>, out: &mut String, numbers: Numbers) -> Result<(), JsonError> {
    match reader.kind()? {
        Kind::Object => object(reader, out, numbers),
        Kind::Array => {
            out.push('[');
            let mut first = true;
            reader.elements(&mut |element| {
                write::comma(out, &mut first);
                value(element, out, numbers)
            })?;
            out.push(']');
            Ok(())
        }
        Kind::String => {
            write::string(out, &reader.string()?);
            Ok(())
        }
        Kind::Number => number(reader.number()?, out, numbers),
        Kind::Null | Kind::Bool => {
            out.push_str(reader.skip()?);
            Ok(())
        }
    }
}

fn object(reader: &mut Reader<'_>, out: &mut String, numbers: Numbers) -> Result<(), JsonError> {
    let mut members: Vec<(String, String)> = Vec::new();
    reader.members(&mut |name, member| {
        let mut text = String::new();
        value(member, &mut text, numbers)?;
        members.push((name.to_owned(), text));
        Ok(())
    })?;
    sort_by(&mut members, |(a, _), (b, _)| utf16_order(a, b));
    if members
        .iter()
        .zip(members.iter().skip(1))
        .any(|((a, _), (b, _))| a == b)
    {
        return Err(JsonError::DuplicateName);
    }
    out.push('{');
    let mut first = true;
    for (name, text) in &members {
        write::comma(out, &mut first);
        write::string(out, name);
        out.push(':');
        out.push_str(text);
    }
    out.push('}');
    Ok(())
}

fn number(text: &str, out: &mut String, numbers: Numbers) -> Result<(), JsonError> {
    let short_integer = text.len() < 16 && has_only(text, &|byte| byte.is_ascii_digit());
    if short_integer {
        out.push_str(text);
        return Ok(());
    }
    let value = numbers.parse(text);
    if !value.is_finite() {
        return Err(JsonError::Syntax);
    }
    out.push_str(&numbers.format(value));
    Ok(())
}

/// The order of RFC 8785 §3.2.3. It differs from the order of UTF-8 bytes beyond U+FFFF.
pub(crate) fn utf16_order(a: &str, b: &str) -> Ordering {
    let differing = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    differing.map_or(a.len().cmp(&b.len()), |(a, b)| utf16_rank(a).cmp(&utf16_rank(b)))
}

/// UTF-8 sorts as code points do. In UTF-16, those from U+10000 on (which begin with F0 and above) are surrogates, and come before U+E000 to
/// U+FFFF (EE and EF).
fn utf16_rank(byte: u8) -> u8 {
    if matches!(byte, 0xee | 0xef) { byte + 0x10 } else { byte }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::NATIVE;

    #[test]
    fn sorts_as_the_example_of_rfc_8785() {
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
            "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        assert_eq!(
            canonical(text, NATIVE).unwrap(),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\
             \"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        );
    }

    #[test]
    fn sorts_as_utf_16_does() {
        let characters = [
            "",
            "a",
            "b",
            "\u{7f}",
            "\u{80}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{efff}",
            "\u{f000}",
            "\u{ffff}",
            "\u{10000}",
            "\u{10ffff}",
        ];
        let mut texts = Vec::new();
        for first in characters {
            for second in characters {
                texts.push(format!("{first}{second}"));
            }
        }
        for a in &texts {
            for b in &texts {
                assert_eq!(utf16_order(a, b), a.encode_utf16().cmp(b.encode_utf16()), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn is_the_same_for_its_own_result() {
        let once = canonical(r#"{"b":[1.50,-0,1E21,{"z":null,"a":"\u2028"}],"":true}"#, NATIVE).unwrap();
        assert_eq!(once, "{\"\":true,\"b\":[1.5,0,1e+21,{\"a\":\"\u{2028}\",\"z\":null}]}");
        assert_eq!(canonical(&once, NATIVE).unwrap(), once);
    }

    #[test]
    fn refuses_what_has_no_one_meaning() {
        assert_eq!(
            canonical(r#"{"a":1,"\u0061":2}"#, NATIVE),
            Err(JsonError::DuplicateName)
        );
        assert_eq!(canonical("1e999", NATIVE), Err(JsonError::Syntax));
        assert_eq!(canonical(r#"["\udead"]"#, NATIVE), Err(JsonError::LoneSurrogate));
    }

    #[test]
    fn proto_is_a_plain_name() {
        assert_eq!(
            canonical(r#"{"__proto__":{"x":1}}"#, NATIVE).unwrap(),
            r#"{"__proto__":{"x":1}}"#
        );
    }
}
