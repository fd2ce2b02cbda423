//! Short names for long texts.

use crate::json::write;

/// The 128 bits of FNV-1a (Fowler, Noll, Vo; RFC 9923) over the parts, each ended by a zero, as 32 hexadecimal digits.
///
/// It tells texts apart, and keeps nothing secret from anybody who can guess them.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for part in parts {
        for &byte in part.as_bytes().iter().chain(&[0]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul((1 << 88) + 0x13b);
        }
    }
    let mut out = String::new();
    write::hex(&mut out, (hash >> 64) as u64);
    write::hex(&mut out, hash as u64);
    out
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn tells_parts_apart() {
        // FNV-1a 128 of "a\0".
        assert_eq!(fingerprint(&["a"]), "0880954519ab1be95aa0733055b70e0c");
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
    }
}
