//! State that looks random, the same in every run.

use serde_json::{Map, Value, json};

/// Where it comes from.
pub struct Generator(u64);

/// Characters that something on the way may take for something else, and some from every part of Unicode.
const CHARACTERS: [char; 32] = [
    'a',
    'Z',
    '0',
    ' ',
    '+',
    '&',
    '=',
    '%',
    '#',
    '?',
    '"',
    '\'',
    '\\',
    '/',
    ':',
    ',',
    '[',
    ']',
    '\n',
    '\r',
    '\0',
    '\u{7f}',
    '\u{80}',
    'é',
    '€',
    '\u{2028}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '😀',
    '\u{10000}',
    '\u{10ffff}',
];

/// Numbers at the edges of what a double can say exactly, and at all.
const NUMBERS: [f64; 14] = [
    0.0,
    -1.0,
    0.1,
    -2.5,
    9_007_199_254_740_990.0,
    9_007_199_254_740_991.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    -9_007_199_254_740_991.0,
    1e21,
    1e-7,
    5e-324,
    f64::MAX,
    f64::EPSILON,
];

impl Generator {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// Up to six characters; often none, or a name that is something in JavaScript.
    pub fn text(&mut self) -> String {
        match self.below(8) {
            0 => ["__proto__", "constructor", "toString", "length"][self.below(4)].to_owned(),
            1 => char::from_u32(self.below(0x11_0000) as u32)
                .unwrap_or('\u{d7ff}')
                .to_string(),
            _ => (0..self.below(6))
                .map(|_| CHARACTERS[self.below(CHARACTERS.len())])
                .collect(),
        }
    }

    /// A scalar of that type: `string`, `number` or `boolean`.
    pub fn scalar(&mut self, kind: &str) -> Value {
        match kind {
            "string" => self.text().into(),
            "number" => json!(NUMBERS[self.below(NUMBERS.len())]),
            _ => (self.below(2) == 0).into(),
        }
    }

    /// Different scalars of that type.
    pub fn set(&mut self, kind: &str) -> Value {
        let mut members: Vec<Value> = Vec::new();
        for _ in 0..self.below(5) {
            let member = self.scalar(kind);
            if !members.contains(&member) {
                members.push(member);
            }
        }
        members.into()
    }

    /// Any value of at most so many levels.
    pub fn any(&mut self, levels: usize) -> Value {
        match self.below(if levels == 0 { 4 } else { 6 }) {
            0 => Value::Null,
            1 => self.scalar("boolean"),
            2 => self.scalar("number"),
            3 => self.scalar("string"),
            4 => (0..self.below(4)).map(|_| self.any(levels - 1)).collect(),
            _ => self.map(levels - 1),
        }
    }

    /// An object with values of at most so many levels.
    pub fn map(&mut self, levels: usize) -> Value {
        let members = (0..self.below(5)).map(|_| (self.text(), self.any(levels)));
        Value::Object(members.collect::<Map<String, Value>>())
    }
}
