//! Makes JSON text, in the form of RFC 8785.

/// Appends `text` as a JSON string.
pub fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            8 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            12 => "\\f",
            b'\r' => "\\r",
            0..=0x1f => "\\u00",
            _ => continue,
        };
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push_str(escape);
        if escape == "\\u00" {
            digit(out, u64::from(byte >> 4));
            digit(out, u64::from(byte));
        }
        copied = at + 1;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.push('"');
}

/// Appends a whole number.
pub fn integer(out: &mut String, mut value: u64) {
    // `u64::to_string` would bring the formatting machinery into the wasm build.
    let mut digits = [0; 20];
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
        used += 1;
        if value == 0 {
            break;
        }
    }
    for &digit in digits.iter().skip(20 - used) {
        out.push(char::from(digit));
    }
}

/// Appends 16 hexadecimal digits.
pub fn hex(out: &mut String, value: u64) {
    for shift in (0..16).rev() {
        digit(out, value >> (shift * 4));
    }
}

/// Appends the hexadecimal digit of the lowest four bits.
fn digit(out: &mut String, value: u64) {
    let digit = value as u8 & 15;
    out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
}

/// Appends a comma unless `first`, which is then `false`.
pub fn comma(out: &mut String, first: &mut bool) {
    if !core::mem::replace(first, false) {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_rfc_8785_escapes() {
        let mut out = String::new();
        string(&mut out, "\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}😀");
        assert_eq!(out, "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}😀\"");
    }

    #[test]
    fn integers() {
        for value in [0, 7, 10, 1 << 53, u64::MAX] {
            let mut out = String::new();
            integer(&mut out, value);
            assert_eq!(out, value.to_string());
        }
    }
}
