//! Digests of stored entries as the core makes them: they are no secret, so what is hostile has the right one.

/// What a sealed entry begins with; sixteen digits and a quote follow.
const START: &str = r#"{"f":1,"d":""#;

/// The entry with the digest that its text now has, if it is a sealed one.
pub(crate) fn sealed(text: &str) -> Option<String> {
    let rest = text.strip_prefix(START)?.split_at_checked(16)?.1.strip_prefix('"')?;
    Some(format!("{START}{:016x}\"{rest}", digest(rest)))
}

fn digest(text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let last = rest
        .iter()
        .fold(text.len() as u64, |last, byte| last << 8 | u64::from(*byte));
    words.iter().fold(step(0xcbf2_9ce4_8422_2325, last), |hash, word| {
        step(hash, u64::from_le_bytes(*word))
    })
}

fn step(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    product ^ product >> 32
}
