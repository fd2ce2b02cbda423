use js_sys::Number;

use crate::number::Numbers;

/// The browser reads and writes numbers as RFC 8785 asks, and has the code for it already.
pub(super) const BROWSER: Numbers = Numbers {
    parse: |text| Number::parse_float(text),
    format: |value| {
        Number::from(value)
            .to_string_with_radix(10)
            .map_or_else(|_| String::new(), String::from)
    },
};
