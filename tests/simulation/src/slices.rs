//! The state that the simulated application has.

/// What a slice is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Of {
    Map,
    Set,
    Object,
}

/// A slice.
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) kind: Of,
    pub(crate) keys: &'static [&'static str],
    /// Whether its second version differs from the first.
    pub(crate) changed: bool,
}

impl Spec {
    /// Its version in a version of the application.
    pub(crate) fn version(&self, application: u8) -> u8 {
        if self.changed { application } else { 1 }
    }
}

/// Few keys, so that pages meet at them. Of the cart's, the first two are in one part, as are the last two of the tags.
pub(crate) const SLICES: [Spec; 3] = [
    Spec {
        name: "cart",
        kind: Of::Map,
        keys: &["vase", "shelf", "mug", "pen"],
        changed: true,
    },
    Spec {
        name: "tags",
        kind: Of::Set,
        keys: &[r#""new""#, r#""old""#, r#""c""#],
        changed: false,
    },
    Spec {
        name: "prefs",
        kind: Of::Object,
        keys: &[""],
        changed: true,
    },
];

/// The most keys that a slice has.
pub(crate) const KEYS: usize = 4;

/// The fields of entries, sorted. The last is mostly text.
pub(crate) const FIELDS: [&str; 3] = ["m", "n", "t"];
