//! Inputs from seeds: a few small changes each, most of which leave a text that is nearly right.

use std::ops::Range;

use fastrand::Rng;

/// Numbers at the edges of what readers take, and of what they hold.
const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "01",
    "1.",
    "0.1",
    "1.0",
    "1e",
    "1e2",
    "1e-7",
    "1e21",
    "5e-324",
    "1.7976931348623157e308",
    "-1.7976931348623157e308",
    "1e999",
    "281474976710656",
    "281474976710657",
    "9007199254740992",
    "9007199254740993",
    "18446744073709551616",
];

/// What means something to one reader or another.
const WORDS: [&str; 28] = [
    "null",
    "true",
    "\"\"",
    "{}",
    "[]",
    "\"__proto__\"",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\\u0000\"",
    "\u{feff}",
    "\u{1e}",
    "%00",
    "%zz",
    "%ff",
    "%C3%A9",
    "+",
    "&",
    "=",
    "/",
    "..",
    "*",
    ":a",
    "é",
    "😀",
    "\r\n",
    "==",
    ",",
    " ",
];

/// Brackets, and the deepest nesting that is tried: beyond all limits, and enough for any stack if there were none.
const PAIRS: [(&str, &str); 3] = [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")];
const DEPTHS: [usize; 6] = [1, 2, 31, 127, 145, 20_000];
/// How long an input grows.
const LONGEST: usize = 1 << 17;

/// The input of that number.
#[must_use]
pub fn input(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    // At first the seeds as they are.
    if let Some(seed) = usize::try_from(number).ok().and_then(|at| seeds.get(at)) {
        return seed.clone();
    }
    let mut random = Rng::with_seed(number);
    let mut bytes = random.choice(seeds).cloned().unwrap_or_default();
    for _ in 0..random.usize(1..=4) {
        change(&mut bytes, seeds, &mut random);
    }
    bytes
}

/// Changes something.
pub fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Rng) {
    let tokens = tokens(bytes, random.bool());
    let some = |random: &mut Rng| {
        let from = random.usize(0..=tokens.len().saturating_sub(1));
        let to = (from + random.usize(1..=3)).min(tokens.len());
        let start = tokens.get(from).map_or(0, |token| token.start);
        start..tokens.get(to.saturating_sub(1)).map_or(start, |token| token.end)
    };
    let here = some(random);
    match random.u8(0..12) {
        0 if !bytes.is_empty() => {
            let at = random.usize(0..bytes.len());
            bytes[at] ^= 1 << random.u8(0..8);
        }
        1 if !bytes.is_empty() => {
            let at = random.usize(0..bytes.len());
            bytes[at] = random.u8(..);
        }
        2 => drop(bytes.drain(here)),
        3 => {
            let there = some(random).start;
            let copy = bytes[here].to_vec();
            bytes.splice(there..there, copy);
        }
        4 => {
            let (there, copy) = (some(random), bytes[here.clone()].to_vec());
            let other = bytes[there.clone()].to_vec();
            // The later one first, so that the place of the other stays.
            let (first, second) = if here.start < there.start {
                (here, there)
            } else {
                (there, here)
            };
            if first.end <= second.start {
                let (one, two) = if bytes[first.clone()] == copy {
                    (other, copy)
                } else {
                    (copy, other)
                };
                bytes.splice(second, two);
                bytes.splice(first, one);
            }
        }
        5 | 6 => {
            let numbers = tokens.iter().filter(|token| bytes[token.start].is_ascii_digit());
            let place = random.choice(numbers.collect::<Vec<_>>()).cloned().unwrap_or(here);
            bytes.splice(place, random.choice(NUMBERS).unwrap_or_default().bytes());
        }
        7 => {
            let place = if random.bool() { here } else { here.start..here.start };
            bytes.splice(place, random.choice(WORDS).unwrap_or_default().bytes());
        }
        8 => {
            let (open, close) = random.choice(PAIRS).unwrap_or_default();
            let depth = random.choice(DEPTHS).unwrap_or_default();
            bytes.splice(here.end..here.end, close.repeat(depth).bytes());
            bytes.splice(here.start..here.start, open.repeat(depth).bytes());
        }
        9 => {
            let copy = bytes[here.clone()].to_vec();
            let most = (LONGEST / copy.len().max(1)).min(5_000);
            let most = if random.u8(0..8) == 0 { most } else { most.min(40) };
            let times = random.usize(0..=most);
            bytes.splice(here.end..here.end, copy.repeat(times));
        }
        10 => {
            let other = random.choice(seeds).map_or(&[][..], Vec::as_slice);
            let theirs = self::tokens(other, random.bool());
            let place = random.choice(theirs).unwrap_or(0..other.len());
            bytes.splice(here, other[place].iter().copied());
        }
        _ => {
            let other = random.choice(seeds).map_or(&[][..], Vec::as_slice);
            let from = random.choice(self::tokens(other, true)).map_or(0, |token| token.start);
            bytes.splice(here.start.., other[from..].iter().copied());
        }
    }
    bytes.truncate(LONGEST);
}

/// The words, numbers and signs that a text consists of; its quoted texts as one token each, if they are to be.
fn tokens(bytes: &[u8], quoted: bool) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at + 1..];
        let more = match byte {
            b'"' if quoted => rest.iter().position(|byte| *byte == b'"').map_or(0, |end| end + 1),
            _ if is_word(*byte) => rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len()),
            _ => 0,
        };
        tokens.push(at..at + 1 + more);
        at += 1 + more;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte >= 0x80
}
