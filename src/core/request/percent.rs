//! Percent-encoding (RFC 3986 §2.1) of names and values in a query.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Appends `text`, with everything but the unreserved characters of RFC 3986 encoded: equal text, equal bytes.
pub(crate) fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            escape(out, byte);
        }
    }
}

/// Appends one byte as `%XX`.
pub(super) fn escape(out: &mut String, byte: u8) {
    out.push('%');
    for index in [byte >> 4, byte & 15] {
        if let Some(&digit) = HEX.get(usize::from(index)) {
            out.push(char::from(digit));
        }
    }
}

/// Reads a name or value of a query or form, where `+` is a space. `None`: an escape is cut short, or the bytes aren't UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => digit(bytes.next()?)? << 4 | digit(bytes.next()?)?,
            b'+' => b' ',
            _ => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_only_the_unreserved() {
        let mut out = String::new();
        encode(&mut out, "aZ09-._~ +&=é😀[]\"%");
        assert_eq!(out, "aZ09-._~%20%2B%26%3D%C3%A9%F0%9F%98%80%5B%5D%22%25");
        assert_eq!(decode(&out).unwrap(), "aZ09-._~ +&=é😀[]\"%");
    }

    #[test]
    fn refuses_what_is_no_text() {
        for bad in ["%", "%4", "%zz", "%+1", "%ff", "%c3", "%ed%a0%80", "%c0%80"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode("a+b%2b%2B").unwrap(), "a b++");
    }
}
