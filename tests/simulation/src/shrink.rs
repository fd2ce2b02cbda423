//! The shortest trace that still fails: delta debugging (Zeller, Hildebrandt 2002), in its simplest form.

/// Removes chunks of items, ever smaller ones, as long as the rest still fails.
pub(crate) fn shrink<T: Clone>(items: &[T], mut fails: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut items = items.to_vec();
    let mut chunk = items.len().div_ceil(2);
    while chunk > 0 {
        let before = items.len();
        let mut start = 0;
        while start < items.len() {
            let end = (start + chunk).min(items.len());
            let rest = [&items[..start], &items[end..]].concat();
            if fails(&rest) {
                items = rest;
            } else {
                start = end;
            }
        }
        // What one removal made possible another may have been waiting for.
        if items.len() == before || chunk > 1 {
            chunk /= 2;
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_what_is_needed() {
        let items: Vec<u32> = (0..100).collect();
        let shortest = shrink(&items, |items| {
            [3, 40, 41, 99].iter().all(|needed| items.contains(needed))
        });
        assert_eq!(shortest, [3, 40, 41, 99]);
    }

    #[test]
    fn a_pair_that_needs_each_other_goes_together() {
        let shortest = shrink(&[1, 2, 3, 4], |items| {
            items.contains(&3) && items.contains(&1) == items.contains(&2)
        });
        assert_eq!(shortest, [3]);
    }
}
