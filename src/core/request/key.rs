use crate::fingerprint;
use crate::text::concat;

/// The value of `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header: a quoted string) for a request that consumes.
///
/// Equal ingredients give an equal key: `request` is the rule's text with what the caller asks for ([`Plan::key`](super::Plan::key)),
/// `subject` names whose request it is (as a hash), `captured` names the changes that the request consumes. So two tabs, a replay or a
/// reload that ask the same for the same changes repeat one key. A later order of the same goods has a new one, and so has one to
/// another address, or with a body in which something was put right. It isn't secret.
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
pub fn idempotency_key(request: &str, subject: &str, captured: &str) -> String {
    concat(&["\"", &fingerprint(&[request, subject, captured]), "\""])
}

#[cfg(test)]
mod tests {
    use super::*;

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
