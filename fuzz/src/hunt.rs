//! Trying inputs, and making short what has failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{error, fmt};

use crate::{Target, memory, mutate};

/// What an input may cost in all, and for each of its bytes, in bytes of memory.
const FIXED: usize = 4 << 20;
const PER_BYTE: usize = 400;

/// An input for which a property doesn't hold.
#[derive(Debug)]
pub struct Finding {
    target: &'static str,
    name: String,
    input: Vec<u8>,
}

/// Tries the inputs of these numbers, up to the first that fails.
///
/// # Errors
/// [`Finding`]
pub fn hunt(target: &Target, numbers: impl IntoIterator<Item = u64>) -> Result<(), Finding> {
    let seeds = (target.seeds)();
    for number in numbers {
        check(target, &number.to_string(), mutate::input(&seeds, number))?;
    }
    Ok(())
}

/// Tries an input of that name.
///
/// # Errors
/// [`Finding`], made as short as it still fails.
pub fn check(target: &Target, name: &str, input: Vec<u8>) -> Result<(), Finding> {
    if holds(target, &input) {
        return Ok(());
    }
    Err(Finding {
        target: target.name,
        name: name.to_owned(),
        input: shortened(target, input),
    })
}

/// Whether all holds for this input, and it costs no more than it may.
fn holds(target: &Target, input: &[u8]) -> bool {
    let (result, cost) = memory::most(|| catch_unwind(AssertUnwindSafe(|| (target.run)(input))));
    let affordable = cost <= FIXED + PER_BYTE * input.len();
    if result.is_ok() && !affordable {
        eprintln!("{}: {cost} bytes of memory for {} of input", target.name, input.len());
    }
    result.is_ok() && affordable
}

/// Leaves out what it can, in ever smaller pieces.
fn shortened(target: &Target, mut input: Vec<u8>) -> Vec<u8> {
    let mut piece = input.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at + piece <= input.len() {
            let mut shorter = input.clone();
            shorter.drain(at..at + piece);
            if holds(target, &shorter) {
                at += piece;
            } else {
                input = shorter;
            }
        }
        piece /= 2;
    }
    input
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, name, input } = self;
        let text = input.escape_ascii().to_string();
        let shown = text.get(..4_000).unwrap_or(&text);
        write!(
            f,
            "`cargo xtask fuzz {target} --input={name}` fails; made shorter:\n{shown}"
        )
    }
}

impl error::Error for Finding {}
