use crate::json::write;
use crate::text::{integer, split_once};

/// The greatest clock that is believed. A greater one is damage, and would leave no room above it.
pub const MAX_CLOCK: u64 = 1 << 48;

/// One page that has written, named anew each time it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replica {
    /// The clock at its birth, plus one. Older replicas come first in order.
    pub birth: u64,
    /// 64 random bits, which keep two pages born at the same clock apart.
    pub random: u64,
}

impl Replica {
    /// Comes before every replica; no page has it.
    pub const ZERO: Self = Self { birth: 0, random: 0 };

    /// Appends it as text: the birth in decimal, a point, the random bits as 16 hexadecimal digits.
    pub fn write(self, out: &mut String) {
        write::integer(out, self.birth);
        out.push('.');
        write::hex(out, self.random);
    }

    /// Reads what [`write`](Self::write) made; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (birth, random) = split_once(text, b'.')?;
        let birth = integer(birth, 10).filter(|&birth| birth <= MAX_CLOCK)?;
        (random.len() == 16).then_some(Self {
            birth,
            random: integer(random, 16)?,
        })
    }
}

/// One operation: the `seq`th that this replica did on this slice, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dot {
    /// Who did it.
    pub replica: Replica,
    /// Which of its operations on the slice.
    pub seq: u64,
}

/// When something was written, in Lamport's sense: greater than everything that its writer had seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// The Lamport clock.
    pub clock: u64,
    /// Decides between equal clocks.
    pub replica: Replica,
}

impl Stamp {
    /// Older than everything that was written: the stamp of what has never been put as a whole.
    pub const ZERO: Self = Self {
        clock: 0,
        replica: Replica::ZERO,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_as_text() {
        let replica = Replica {
            birth: 12,
            random: 0xab,
        };
        let mut text = String::new();
        replica.write(&mut text);
        assert_eq!(text, "12.00000000000000ab");
        assert_eq!(Replica::parse(&text), Some(replica));
        for bad in [
            "",
            "12",
            "12.ab",
            ".00000000000000ab",
            "+1.00000000000000ab",
            "1.+0000000000000ab",
            "999999999999999.00000000000000ab",
        ] {
            assert_eq!(Replica::parse(bad), None, "{bad}");
        }
    }
}
