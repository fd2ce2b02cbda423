//! Putting texts together, and taking them apart by ASCII characters. The standard library's ways do more, and take 7 kB of wasm.

use std::cmp::Ordering;

/// The parts, one after the other.
pub(crate) fn concat(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        out.push_str(part);
    }
    out
}

/// What is before and after the first such character.
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.as_bytes().iter().position(|&byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The parts between such characters; one at least.
pub(crate) fn split(text: &str, separator: u8) -> Parts<'_> {
    Parts {
        rest: Some(text),
        separator,
    }
}

pub(crate) struct Parts<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        match split_once(rest, self.separator) {
            Some((part, after)) => {
                self.rest = Some(after);
                Some(part)
            }
            None => self.rest.take(),
        }
    }
}

/// The order of two texts by their bytes, eight at a time: the module's own comparison takes one by one, and keys of a storage begin alike.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let (Some((left, rest_of_one)), Some((right, rest_of_other))) =
        (one.split_first_chunk(), other.split_first_chunk())
    {
        let order = u64::from_be_bytes(*left).cmp(&u64::from_be_bytes(*right));
        if order.is_ne() {
            return order;
        }
        (one, other) = (rest_of_one, rest_of_other);
    }
    one.cmp(other)
}

/// Whether any of these characters is in the text.
pub(crate) fn has_any(text: &str, characters: &str) -> bool {
    !has_only(text, &|byte| !characters.bytes().any(|other| other == byte))
}

/// Whether all bytes are allowed. One copy of it serves all.
pub(crate) fn has_only(text: &str, allowed: &dyn Fn(u8) -> bool) -> bool {
    text.bytes().all(allowed)
}

/// Whether the word is somewhere in the text.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part == word.as_bytes())
}

/// A whole number, made of nothing but digits (in lower or upper case) of a base up to 16; not too large.
pub(crate) fn integer(text: &str, base: u8) -> Option<u64> {
    let mut value = None;
    for byte in text.bytes() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        if digit >= base {
            return None;
        }
        let above = value.unwrap_or(0_u64).checked_mul(u64::from(base))?;
        value = Some(above.checked_add(u64::from(digit))?);
    }
    value
}

/// The digits that a text begins with, as a number.
pub(crate) fn leading_integer(text: &str) -> Option<u64> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit());
    integer(text.get(..end.unwrap_or(text.len()))?, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_the_standard_library() {
        for text in ["", ",", "a", "a,b", ",a,,é,"] {
            assert!(split(text, b',').eq(text.split(',')), "{text}");
            assert_eq!(split_once(text, b','), text.split_once(','), "{text}");
        }
    }

    #[test]
    fn finds() {
        assert!(has_any("a[b", "[]") && !has_any("ab", "[]"));
        assert!(has_word("a scope=x", "scope") && !has_word("sco", "scope"));
    }

    #[test]
    fn compares_as_the_standard_library() {
        let texts = [
            "",
            "a",
            "shop/de",
            "shop/dev",
            "shop/device",
            "shop/devicf",
            "shop/device/r/1",
            "shop/déjà vu",
            "\u{7f}",
            "\u{10ffff}",
        ];
        for one in texts {
            for other in texts {
                assert_eq!(compare(one, other), one.cmp(other), "{one} and {other}");
            }
        }
    }

    #[test]
    fn reads_whole_numbers() {
        assert_eq!(integer("18446744073709551615", 10), Some(u64::MAX));
        assert_eq!(integer("00fF", 16), Some(255));
        for bad in ["", "+1", "-1", "1.", "18446744073709551616", "a", "é"] {
            assert_eq!(integer(bad, 10), None, "{bad}");
        }
        assert_eq!(leading_integer("12.5"), Some(12));
        assert_eq!(leading_integer("x"), None);
    }
}
