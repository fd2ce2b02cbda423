/// 64 bits that tell texts apart: eight bytes at a time, each step as in FNV-1a (Fowler, Noll, Vo; RFC 9923), and then mixed downwards,
/// since a multiplication carries upwards alone. It finds damage; it keeps nobody from making a text that fits.
pub(super) fn digest(text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut last = text.len() as u64;
    for &byte in rest {
        last = last << 8 | u64::from(byte);
    }
    let mut hash = step(0xcbf2_9ce4_8422_2325, last);
    for word in words {
        hash = step(hash, u64::from_le_bytes(*word));
    }
    hash
}

fn step(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    product ^ product >> 32
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn tells_texts_apart() {
        let text = "0123456789abcdefghijklm";
        let mut seen = vec![digest(text), digest(""), digest("\0"), digest("\0\0")];
        for at in 0..text.len() {
            seen.push(digest(text.split_at(at).0));
            for bit in 0..7 {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] ^= 1 << bit;
                seen.push(digest(core::str::from_utf8(&bytes).unwrap()));
            }
        }
        // "" is there twice.
        let count = seen.len() - 1;
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
        // Stored data depends on it.
        assert_eq!(digest(text), 10_771_463_885_486_850_899);
    }
}
