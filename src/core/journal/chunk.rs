use std::rc::Rc;

use super::Limits;
use super::stored::{Kind, Stored};
use crate::state::{Cell, PARTS, Slice};
use crate::text::{integer, split, split_once};

/// Some neighbouring parts of a slice, which share a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Into how many chunks the slice is split: a power of two, up to [`PARTS`].
    pub(super) of: u8,
    /// Which of them it is, from 0.
    pub(super) index: u8,
}

impl Chunk {
    /// Its parts, as bits.
    pub(super) fn parts(self) -> u64 {
        let width = PARTS / self.of.max(1);
        let lowest = u64::MAX >> (64 - u32::from(width.max(1)));
        lowest << (u32::from(width) * u32::from(self.index)).min(63)
    }

    /// The chunk that a snapshot is of: its key ends with `<of>-<index>/<random>`.
    fn of(stored: &Stored) -> Option<Self> {
        if stored.kind != Kind::Snapshot {
            return None;
        }
        let (mut name, mut last) = ("", "");
        for part in split(&stored.key, b'/') {
            (name, last) = (last, part);
        }
        let (of, index) = split_once(name, b'-')?;
        let of = integer(of, 10).filter(|of| of.is_power_of_two() && *of <= u64::from(PARTS))?;
        let index = integer(index, 10).filter(|index| *index < of)?;
        Some(Self {
            of: of as u8,
            index: index as u8,
        })
    }
}

/// How a slice is to be stored, and how it is.
pub(super) struct Layout {
    /// The chunks that its snapshots don't hold exactly, with nothing beside.
    pub(super) dirty: Vec<Dirty>,
    /// The bytes of one fitting snapshot of each chunk. All else is to be contained in the next ones.
    pub(super) clean: usize,
}

/// A chunk that isn't stored as it should be.
pub(super) struct Dirty {
    pub(super) chunk: Chunk,
    /// No snapshot has any of it.
    pub(super) is_first: bool,
}

impl Layout {
    pub(super) fn new(name: &Rc<str>, slice: &Slice, stored: &[&Stored], limits: &Limits) -> Self {
        let mut touching = Vec::new();
        for stored in stored {
            let touched = stored.touched(name);
            if touched != 0 {
                touching.push((*stored, touched, Chunk::of(stored)));
            }
        }
        let mut of = 1;
        for (_, _, chunk) in &touching {
            of = of.max(chunk.map_or(1, |chunk| chunk.of));
        }
        let touched = slice.touched();
        // To weigh a slice is to walk through it: only where what is stored doesn't tell that its chunks have a fitting size.
        let (mut held, mut others, mut missing) = (0, 0, touched);
        for (stored, _, chunk) in &touching {
            match chunk {
                Some(chunk) if chunk.of == of && missing & chunk.parts() != 0 => {
                    held += stored.bytes;
                    missing &= !chunk.parts();
                }
                _ => others += stored.bytes,
            }
        }
        let fits = missing == 0 && chunks(of, held, limits) == of && chunks(of, held + others, limits) == of;
        let of = if fits { of } else { chunks(of, weight(slice), limits) };
        let mut layout = Self {
            dirty: Vec::new(),
            clean: 0,
        };
        for index in 0..of {
            let chunk = Chunk { of, index };
            let (mut exact, mut others) = (None, 0);
            let mut is_first = true;
            for (stored, parts, of) in &touching {
                if parts & chunk.parts() == 0 {
                    continue;
                }
                is_first &= stored.kind != Kind::Snapshot;
                match exact {
                    None if *of == Some(chunk) => exact = Some(stored.bytes),
                    _ => others += 1,
                }
            }
            layout.clean += exact.unwrap_or_default();
            if touched & chunk.parts() != 0 && (exact.is_none() || others > 0) {
                layout.dirty.push(Dirty { chunk, is_first });
            }
        }
        layout
    }
}

/// How a snapshot ranks, by the last part of its key: above all that its writer had read. None goes in favour of one below it; else two
/// pages, whose processes haven't heard of each other's removals yet, could each remove the snapshot that the other relies on.
pub(super) fn rank(stored: &Stored) -> u64 {
    let mut name = "";
    for part in split(&stored.key, b'/') {
        name = part;
    }
    integer(name, 16).unwrap_or(MAX_RANK)
}

/// Only damage ranks so high.
pub(super) const MAX_RANK: u64 = 1 << 56;

/// Into how many chunks a slice is to be split. As it is (`now`), unless they are far too large or too small: what is split anew is
/// written anew.
fn chunks(mut now: u8, weight: usize, limits: &Limits) -> u8 {
    while now < PARTS && weight / usize::from(now) > limits.chunk {
        now *= 2;
    }
    while now > 1 && weight / usize::from(now) < limits.chunk / 8 {
        now /= 2;
    }
    now
}

/// About how many bytes a slice takes when stored.
pub(super) fn weight(slice: &Slice) -> usize {
    const EVENT: usize = 48;
    const CELL: usize = 8;
    const COUNTER: usize = 32;
    const REPLICA: usize = 40;
    let cell = |cell: &Cell| cell.text.len() + cell.name.as_ref().map_or(0, |name| name.len()) + CELL;
    let mut weight = 0;
    for (_, part) in slice.parts() {
        weight += part.context.replicas().len() * REPLICA;
    }
    for (key, entry) in slice.entries() {
        weight += key.len() + entry.counters.len() * COUNTER;
        for event in &entry.events {
            weight += EVENT;
            for each in &event.cells {
                weight += cell(each);
            }
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[test]
    fn chunks_share_out_all_parts() {
        for of in [1, 2, 4, 8, 16, 32, 64] {
            let mut all = 0_u64;
            for index in 0..of {
                let parts = Chunk { of, index }.parts();
                assert_eq!(all & parts, 0);
                all |= parts;
            }
            assert_eq!(all, u64::MAX);
        }
    }

    #[test]
    fn chunks_are_named_by_keys() {
        let parse = |key| {
            let stored = Stored::new(key, 0, Kind::Snapshot, &Document::default(), 0);
            Chunk::of(&stored).map(|chunk| (chunk.of, chunk.index))
        };
        assert_eq!(parse("shop/device/s/a/b/8-3/00ff"), Some((8, 3)));
        for bad in [
            "",
            "s/cart/3-1/00",
            "s/cart/8-8/00",
            "s/cart/128-1/00",
            "s/cart/0-0/00",
            "s/cart/8/00",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
