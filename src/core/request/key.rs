/// The value of `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header: a quoted string) for a request that consumes.
///
/// Equal ingredients give an equal key: `rule` is the rule's text ([`Plan::key`](super::Plan::key)), `subject` names whose request it
/// is (as a hash), `captured` names the changes that the request sends. So two tabs, a replay or a reload that send the same changes
/// repeat one key, and a later order of the same goods has a new one. It isn't secret, and nothing can be read from it.
///
/// ```
/// use holdall::request::idempotency_key;
///
/// let key = idempotency_key("POST /api/checkout", "5f2c", "a1.7 a1.9");
/// assert_eq!(key.len(), 34);
/// assert_eq!(key, idempotency_key("POST /api/checkout", "5f2c", "a1.7 a1.9"));
/// assert_ne!(key, idempotency_key("POST /api/checkout", "5f2ca", "1.7 a1.9"));
/// ```
#[must_use]
pub fn idempotency_key(rule: &str, subject: &str, captured: &str) -> String {
    let mut hash = Fnv::default();
    for part in [rule, subject, captured] {
        hash.write(part.as_bytes());
        // No UTF-8 text has this byte: it keeps the parts apart.
        hash.write(&[0xff]);
    }
    let mut key = String::with_capacity(34);
    key.push('"');
    for shift in (0..128).step_by(4).rev() {
        key.extend(char::from_digit(((hash.0 >> shift) & 15) as u32, 16));
    }
    key.push('"');
    key
}

/// FNV-1a with 128 bits: enough to tell one user's requests apart, and a few bytes of code.
struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_published() {
        for (text, hash) in [
            ("", 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128),
            ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964),
            ("foobar", 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18),
        ] {
            let mut fnv = Fnv::default();
            fnv.write(text.as_bytes());
            assert_eq!(fnv.0, hash, "{text}");
        }
    }

    #[test]
    fn every_ingredient_counts() {
        let keys = [
            ("a", "b", "c"),
            ("ab", "", "c"),
            ("a", "bc", ""),
            ("", "ab", "c"),
            ("a", "b", "d"),
        ];
        for (i, one) in keys.iter().enumerate() {
            for (j, other) in keys.iter().enumerate() {
                let equal = idempotency_key(one.0, one.1, one.2) == idempotency_key(other.0, other.1, other.2);
                assert_eq!(equal, i == j);
            }
        }
    }

    #[test]
    fn is_a_quoted_string_of_hexadecimal_digits() {
        let key = idempotency_key("é\n\"", "", "");
        let inner = key.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        assert!(inner.len() == 32 && inner.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    }
}
