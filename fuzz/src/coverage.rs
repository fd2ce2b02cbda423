//! The target that `HOLDALL_FUZZ` names, for libFuzzer; half of the changes are [ours](mutate), since it knows nothing of JSON.
#![no_main]
#![allow(clippy::expect_used, reason = "without a target there is nothing to do")]

use std::env;
use std::sync::LazyLock;

use fastrand::Rng;
use holdall_fuzz::{Target, mutate};
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = env::var("HOLDALL_FUZZ").expect("HOLDALL_FUZZ names a target");
    Target::find(&name).expect("there is a target of that name")
});
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| (TARGET.seeds)());

fuzz_target!(|input: &[u8]| -> Corpus {
    (TARGET.run)(input);
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Rng::with_seed(seed.into());
    // It begins with nothing.
    let begins = size < 2 || random.u8(..) == 0;
    if !begins && random.bool() {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut bytes = if begins {
        random.choice(&*SEEDS).cloned().unwrap_or_default()
    } else {
        data.get(..size).unwrap_or_default().to_vec()
    };
    mutate::change(&mut bytes, &SEEDS, &mut random);
    bytes.truncate(max_size);
    if let Some(place) = data.get_mut(..bytes.len()) {
        place.copy_from_slice(&bytes);
    }
    bytes.len()
});
