//! Sorting in few bytes: each type that the standard library sorts costs the wasm build about 3 kB.

use std::cmp::Ordering;

use crate::list::dedup;

/// Sorts in place. Equal items may change places.
pub(crate) fn sort_by<T>(items: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    heap_sort(items.len(), &mut |step, a, b| match step {
        Step::Swap => {
            items.swap(a, b);
            false
        }
        Step::IsLess => match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => order(a, b) == Ordering::Less,
            _ => false,
        },
    });
}

/// Drops those of sorted items that equal their predecessor.
pub(crate) fn sort_and_dedup<T: Ord>(items: &mut Vec<T>) {
    sort_by(items, Ord::cmp);
    dedup(items, |a, b| a == b);
}

enum Step {
    IsLess,
    Swap,
}

/// Heapsort (Williams, 1964) over places, so that one copy of it serves all types.
fn heap_sort(length: usize, step: &mut dyn FnMut(Step, usize, usize) -> bool) {
    // Most lists are sorted already.
    if (1..length).all(|at| !step(Step::IsLess, at, at - 1)) {
        return;
    }
    for root in (0..length / 2).rev() {
        sift_down(root, length, step);
    }
    for end in (1..length).rev() {
        step(Step::Swap, 0, end);
        sift_down(0, end, step);
    }
}

fn sift_down(mut root: usize, end: usize, step: &mut dyn FnMut(Step, usize, usize) -> bool) {
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && step(Step::IsLess, child, child + 1) {
            child += 1;
        }
        if !step(Step::IsLess, root, child) {
            return;
        }
        step(Step::Swap, root, child);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn sorts_whatever_comes() {
        let mut random = Random::new(3);
        for length in 0..200 {
            let mut items: Vec<u64> = (0..length).map(|_| random.draw() % 50).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort_by(&mut items, Ord::cmp);
            assert_eq!(items, expected);
            expected.dedup();
            sort_and_dedup(&mut items);
            assert_eq!(items, expected);
        }
    }
}
