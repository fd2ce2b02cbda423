use crate::text::concat;

/// An absolute address as a browser writes it out (WHATWG URL, "URL serializing"), without credentials; taken apart by where its parts
/// must stand then.
pub struct Address {
    text: String,
    /// Where the path begins, what follows it, and the fragment.
    path: usize,
    rest: usize,
    fragment: usize,
}

impl Address {
    /// Takes it apart.
    #[must_use]
    pub fn new(text: String) -> Self {
        let after = |start: usize, ends: &[u8]| {
            let rest = text.as_bytes().get(start..).unwrap_or_default();
            start
                + rest
                    .iter()
                    .position(|byte| ends.iter().any(|end| end == byte))
                    .unwrap_or(rest.len())
        };
        let scheme = ["https://", "http://"].iter().find(|scheme| text.starts_with(**scheme));
        let path = scheme.map_or(0, |scheme| after(scheme.len(), b"/?#"));
        let rest = after(path, b"?#");
        let fragment = after(rest, b"#");
        Self {
            text,
            path,
            rest,
            fragment,
        }
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port (RFC 6454 §6.2). Only `http:` and `https:` have one of their own to trust: for any other scheme it is empty.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.get(..self.path).unwrap_or_default()
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.path..self.rest).unwrap_or_default()
    }

    /// Origin and path.
    #[must_use]
    pub fn without_query(&self) -> &str {
        self.text.get(..self.rest).unwrap_or_default()
    }

    /// What is between `?` and the fragment.
    #[must_use]
    pub fn query(&self) -> &str {
        self.text.get(self.rest + 1..self.fragment).unwrap_or_default()
    }

    /// The same with another query, encoded already.
    #[must_use]
    pub fn with_query(&self, query: &str) -> String {
        let fragment = self.text.get(self.fragment..).unwrap_or_default();
        concat(&[self.without_query(), "?", query, fragment])
    }
}

/// Without the query, which may hold anything.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Address").field(&self.without_query()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_where_browsers_write_them() {
        for (text, origin, path, query, fragment) in [
            ("https://a.example/", "https://a.example", "/", "", ""),
            (
                "http://[::1]:8080/b/c?d=/e?f#g?h",
                "http://[::1]:8080",
                "/b/c",
                "d=/e?f",
                "#g?h",
            ),
            ("https://a.example/b#c", "https://a.example", "/b", "", "#c"),
            ("https://a.example/b?#c", "https://a.example", "/b", "", "#c"),
            ("https://a.example/b?", "https://a.example", "/b", "", ""),
        ] {
            let address = Address::new(text.to_owned());
            assert_eq!(
                (address.origin(), address.path(), address.query()),
                (origin, path, query),
                "{text}"
            );
            assert_eq!(address.whole(), text);
            assert_eq!(address.without_query(), origin.to_owned() + path);
            assert_eq!(address.with_query("x=1"), format!("{origin}{path}?x=1{fragment}"));
            assert_eq!(
                format!("{address:?}"),
                format!("Address({:?})", origin.to_owned() + path)
            );
        }
    }

    #[test]
    fn other_schemes_have_no_origin() {
        for text in [
            "",
            "blob:https://a.example/b",
            "data:text/plain,x",
            "about:blank",
            "https:",
            "ftp://a.example/",
        ] {
            let address = Address::new(text.to_owned());
            assert_eq!((address.origin(), address.whole()), ("", text));
        }
    }
}
