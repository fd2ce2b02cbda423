//! Sets of operations, by number.

use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

const WORDS: usize = 10;

/// So many operations a run can have; what would be more isn't done.
pub(crate) const MAX_OPS: usize = WORDS * 64;

/// A set of operations.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ops([u64; WORDS]);

impl Ops {
    /// Adds one.
    pub(crate) fn insert(&mut self, op: usize) {
        self.0[op / 64] |= 1 << (op % 64);
    }

    /// Whether it is in.
    pub(crate) fn contains(&self, op: usize) -> bool {
        self.0[op / 64] >> (op % 64) & 1 == 1
    }

    /// Whether none is in.
    pub(crate) fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// All of them, in the order of their making.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let words = self.0;
        (0..WORDS).flat_map(move |word| {
            let mut bits = words[word];
            std::iter::from_fn(move || {
                (bits != 0).then(|| {
                    let bit = bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    word * 64 + bit
                })
            })
        })
    }
}

impl BitAnd for Ops {
    type Output = Self;

    fn bitand(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        self
    }
}

impl BitOr for Ops {
    type Output = Self;

    fn bitor(mut self, other: Self) -> Self {
        self |= other;
        self
    }
}

impl BitOrAssign for Ops {
    fn bitor_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
    }
}

impl Sub for Ops {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= !other);
        self
    }
}

impl FromIterator<usize> for Ops {
    fn from_iter<I: IntoIterator<Item = usize>>(ops: I) -> Self {
        let mut set = Self::default();
        ops.into_iter().for_each(|op| set.insert(op));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_set() {
        let a: Ops = [0, 63, 64, MAX_OPS - 1].into_iter().collect();
        let b: Ops = [63, 65].into_iter().collect();
        assert_eq!(a.iter().collect::<Vec<_>>(), [0, 63, 64, MAX_OPS - 1]);
        assert_eq!((a & b).iter().collect::<Vec<_>>(), [63]);
        assert_eq!((a - b).iter().collect::<Vec<_>>(), [0, 64, MAX_OPS - 1]);
        assert_eq!((a | b).iter().count(), 5);
        assert!((a - a).is_empty() && !a.is_empty());
        assert!(a.contains(63) && !a.contains(62));
    }
}
