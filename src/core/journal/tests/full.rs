use super::compacting::LIMITS;
use super::*;

#[test]
fn a_full_storage_is_cleared_while_changes_go_on() {
    const QUOTA: usize = 200_000;
    let shared = Shared::default();
    let mut a = open_with(&shared, 1, LIMITS);
    let change = |a: &mut Journal, number: usize| {
        increment(a, &format!("sku-{}", number % 20));
        let bytes: usize = shared
            .keys()
            .iter()
            .map(|key| key.len() + shared.get(key).unwrap().len())
            .sum();
        shared.full.set(bytes > QUOTA);
        let stored = a.flush().is_ok();
        // What compacting writes takes the reserve.
        shared.full.set(false);
        stored
    };
    let mut number = 0;
    while change(&mut a, number) {
        number += 1;
    }
    let most = shared.keys().len();
    assert!(most > 500, "{most}");
    for round in 0..4 {
        for _ in 0..40 {
            number += 1;
            change(&mut a, number);
        }
        assert_eq!(a.has_unwritten(), round < 2, "{round}");
        while a.compact() == Some(Pace::Soon) {}
        wait(&mut a);
    }
    let left = shared.keys().len();
    assert!(left < most / 4, "{left} of {most}");
    a.flush().unwrap();
    assert_eq!(open_with(&shared, 2, LIMITS).state.slices, a.state.slices);
}
