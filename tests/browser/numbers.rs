//! Numbers that the browser reads and writes, in the forms of RFC 8785.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Page, microtasks};

const NUMBERS: &str = r#""slices":[{"name":"numbers","kind":"map"}]"#;

/// Appendix B.
const SAMPLES: [(u64, &str); 24] = [
    (0x0000000000000000, "0"),
    (0x8000000000000000, "0"),
    (0x0000000000000001, "5e-324"),
    (0x8000000000000001, "-5e-324"),
    (0x7fefffffffffffff, "1.7976931348623157e+308"),
    (0xffefffffffffffff, "-1.7976931348623157e+308"),
    (0x4340000000000000, "9007199254740992"),
    (0xc340000000000000, "-9007199254740992"),
    (0x4430000000000000, "295147905179352830000"),
    (0x44b52d02c7e14af5, "9.999999999999997e+22"),
    (0x44b52d02c7e14af6, "1e+23"),
    (0x44b52d02c7e14af7, "1.0000000000000001e+23"),
    (0x444b1ae4d6e2ef4e, "999999999999999700000"),
    (0x444b1ae4d6e2ef4f, "999999999999999900000"),
    (0x444b1ae4d6e2ef50, "1e+21"),
    (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
    (0x3eb0c6f7a0b5ed8d, "0.000001"),
    (0x41b3de4355555553, "333333333.3333332"),
    (0x41b3de4355555554, "333333333.33333325"),
    (0x41b3de4355555555, "333333333.3333333"),
    (0x41b3de4355555556, "333333333.3333334"),
    (0x41b3de4355555557, "333333333.33333343"),
    (0xbecbf647612f3696, "-0.0000033333333333333333"),
    (0x43143ff3c1cb0959, "1424953923781206.2"),
];

#[wasm_bindgen_test]
async fn every_sample_has_its_canonical_form_also_after_a_reload() {
    let page = Page::new("samples");
    let client = page.open(NUMBERS);
    for (bits, _) in SAMPLES {
        let value = f64::from_bits(bits);
        // In exponents, in full, and with zeros at the end: none of these is canonical.
        client.put(0, &format!("{bits:x} e"), &format!("{value:e}"));
        client.put(0, &format!("{bits:x} E"), &format!("{value:E}"));
        client.put(0, &format!("{bits:x}"), &format!("[{value:?}]"));
    }
    microtasks().await;
    for client in [&client, &page.open(NUMBERS)] {
        for (bits, form) in SAMPLES {
            for key in [format!("{bits:x} e"), format!("{bits:x} E")] {
                assert_eq!(client.entry(0, &key).as_deref(), Some(form), "{key}");
            }
            assert_eq!(client.entry(0, &format!("{bits:x}")), Some(format!("[{form}]")));
        }
    }
}

#[wasm_bindgen_test]
fn other_ways_of_writing_a_number_become_the_canonical_one() {
    let page = Page::new("forms");
    let client = page.open(NUMBERS);
    for (given, form) in [
        ("-0", "0"),
        ("-0.0e5", "0"),
        ("4.50", "4.5"),
        ("2e-3", "0.002"),
        ("1E30", "1e+30"),
        ("100e-2", "1"),
        ("333333333.33333329", "333333333.3333333"),
        ("0.000000000000000000000000001", "1e-27"),
        ("12345678901234567890", "12345678901234567000"),
    ] {
        client.put(0, "n", given);
        assert_eq!(client.entry(0, "n").as_deref(), Some(form), "{given}");
    }
}

#[wasm_bindgen_test]
fn what_is_no_number_of_json_is_refused() {
    let page = Page::new("no-numbers");
    let client = page.open(NUMBERS);
    for given in [
        "NaN", "Infinity", "1e400", "01", "1.", ".5", "0x10", "1_000", "+1", "12px",
    ] {
        let refused = client.change(|client| client.store.put(0, "n", given));
        assert_eq!(refused.unwrap_err().code.as_str(), "not-encodable", "{given}");
    }
    assert_eq!(client.entry(0, "n"), None);
}

#[wasm_bindgen_test]
async fn sums_are_those_of_javascript() {
    let page = Page::new("sums");
    let client = page.open(NUMBERS);
    client.put(0, "n", r#"{"sum":0.1}"#);
    client.increment(0, "n", "sum", 0.2);
    client.put(0, "m", r#"{"sum":5}"#);
    client.increment(0, "m", "sum", -2.5);
    microtasks().await;
    for client in [&client, &page.open(NUMBERS)] {
        assert_eq!(client.entry(0, "n").as_deref(), Some(r#"{"sum":0.30000000000000004}"#));
        assert_eq!(client.entry(0, "m").as_deref(), Some(r#"{"sum":2.5}"#));
    }
}
