//! Numbers as ECMAScript writes them, which is what RFC 8785 asks for.

/// How this environment reads and writes numbers.
///
/// The browser has both, and Rust's own would cost the wasm build about 20 kB: so they are passed in.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// Reads a JSON number; anything else gives NaN.
    pub parse: fn(&str) -> f64,
    /// Writes a finite number as `Number.prototype.toString` does.
    pub format: fn(f64) -> String,
}

impl Numbers {
    pub(crate) fn parse(self, text: &str) -> f64 {
        (self.parse)(text)
    }

    pub(crate) fn format(self, value: f64) -> String {
        (self.format)(value)
    }
}

/// For servers and tests.
#[cfg(any(test, not(target_arch = "wasm32")))]
pub const NATIVE: Numbers = Numbers {
    parse: |text| text.parse().unwrap_or(f64::NAN),
    format: |value| ryu_js::Buffer::new().format(value).to_owned(),
};

#[cfg(test)]
mod tests {
    use super::NATIVE;

    /// From appendix B of RFC 8785.
    #[test]
    fn writes_as_ecmascript() {
        for (bits, text) in [
            (0x0000000000000000, "0"),
            (0x8000000000000000, "0"),
            (0x0000000000000001, "5e-324"),
            (0x8000000000000001, "-5e-324"),
            (0x7fefffffffffffff, "1.7976931348623157e+308"),
            (0x4340000000000000, "9007199254740992"),
            (0x4430000000000000, "295147905179352830000"),
            (0x44b52d02c7e14af5, "9.999999999999997e+22"),
            (0x44b52d02c7e14af6, "1e+23"),
            (0x444b1ae4d6e2ef4e, "999999999999999700000"),
            (0x444b1ae4d6e2ef50, "1e+21"),
            (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
            (0x3eb0c6f7a0b5ed8d, "0.000001"),
            (0x41b3de4355555553, "333333333.3333332"),
            (0xbecbf647612f3696, "-0.0000033333333333333333"),
            (0x43143ff3c1cb0959, "1424953923781206.2"),
        ] {
            assert_eq!((NATIVE.format)(f64::from_bits(bits)), text);
        }
    }
}
