use super::*;

const MULTIPART: Option<&str> = Some("multipart/form-data; charset=\"utf-8\"; BOUNDARY=\"--x y\"");

/// A form, each part with its disposition's parameters and its content.
fn multipart(parts: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (parameters, content) in parts {
        out += &[
            "----x y\r\nContent-Disposition: form-data; ",
            parameters,
            "\r\n\r\n",
            content,
            "\r\n",
        ]
        .concat();
    }
    out + "----x y--\r\n"
}

#[test]
fn reads_the_fields_of_forms_with_files() {
    let form = multipart(&[
        (r#"name="note""#, "--x y\r\n\r\nname=\"cart\""),
        (r#"name="cart"; filename="cart""#, "a file"),
        (r#"name="cart""#, r#"{"a":1}"#),
        (r#"name="c%22art""#, "[]"),
    ]);
    assert_eq!(body(MULTIPART, &form).unwrap().unwrap(), r#"{"a":1}"#);
    assert_eq!(body(MULTIPART, &multipart(&[])).unwrap(), None);
    for bad in [
        &form.replace("a file", "a file\r\n----x yz"),
        form.strip_suffix("--\r\n").unwrap(),
        &multipart(&[("name=\"cart\"", "[]"), ("name=cart", "[]")]),
        &multipart(&[("name=cart", "[")]),
        "----x y",
        "x",
        "\r\n",
    ] {
        assert_eq!(code(body(MULTIPART, bad)), "malformed", "{bad}");
    }
    for bad in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"--x y",
    ] {
        assert_eq!(code(body(Some(bad), &form)), "malformed", "{bad}");
    }
    let many = multipart(&vec![("name=a", ""); 10_001]);
    assert_eq!(code(body(MULTIPART, &many)), "too-large");
    let bytes = multipart(&[("name=file; filename=f", "?"), ("name=cart", "[]")]).into_bytes();
    let bytes: Vec<u8> = bytes
        .iter()
        .map(|&byte| if byte == b'?' { 0xff } else { byte })
        .collect();
    let parts = Parts {
        content_type: MULTIPART,
        body: &bytes,
        ..Parts::default()
    };
    assert_eq!(
        read(&parts, Shape::body("cart")).unwrap().unwrap(),
        "[]",
        "files are any bytes"
    );
}
