//! Random numbers.

/// Numbers that nobody else draws, from a seed that the environment has drawn well (SplitMix64; Steele, Lea, Flood 2014).
///
/// They name things; no secret is made of them.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts from 64 random bits.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
