//! Base 64 (RFC 4648 §4), as byte sequences of structured headers (RFC 9651 §3.3.5) use it.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends `bytes`, padded.
pub(crate) fn encode(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .zip([16, 8, 0])
            .fold(0u32, |group, (&byte, shift)| group | u32::from(byte) << shift);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET
                .get(((group >> shift) & 63) as usize)
                .filter(|_| index <= chunk.len());
            out.push(digit.map_or('=', |&digit| char::from(digit)));
        }
    }
}

/// Reads what [`encode`] writes; like RFC 9651 §4.2.7 also without the padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut digits = text;
    while let Some(shorter) = digits.strip_suffix("=") {
        digits = shorter;
    }
    let padding = text.len() - digits.len();
    if padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) || digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut group, mut bits) = (0u32, 0);
    for byte in digits.bytes() {
        group = group << 6 | value(byte)?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
        }
    }
    Some(out)
}

fn value(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = String::new();
        encode(&mut out, bytes);
        out
    }

    #[test]
    fn writes_the_vectors_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encoded(plain.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), plain.as_bytes());
            assert_eq!(decode(text.trim_end_matches('=')).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for length in 0..bytes.len() {
            assert_eq!(decode(&encoded(&bytes[..length])).unwrap(), &bytes[..length]);
        }
    }

    #[test]
    fn refuses_the_rest() {
        for bad in [
            "Z", "Zg=", "=", "====", "Zm9v====", "Zg==Zg==", "Zm-_", "Zm 9", "Zm9vY", "é",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
