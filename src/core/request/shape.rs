/// What a server expects a request to carry: one slice, where it is, and in which form.
///
/// It is the counterpart of a rule's `send`, and the server's own word for it: nothing in the request says how to read it.
///
/// ```
/// use holdall::request::{Field, Scalar, Shape};
///
/// let shapes = [
///     Shape::set("blocked", Scalar::Text),
///     Shape::object("filters", &[("unread", Scalar::Bool), ("text", Scalar::Text)]),
///     Shape::object("more", &[("tags", Field::List(Scalar::Text)), ("page", Field::One(Scalar::Number))]),
///     Shape::body("cart").named("basket").required(),
/// ];
/// # assert_eq!(shapes.len(), 4);
/// ```
#[derive(Debug, Clone)]
pub struct Shape {
    pub(super) slice: String,
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) or_in_body: bool,
    pub(super) form: Form,
}

/// What a value in a query is. A query has only text, so that `1` may be a number or a name: the server says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// Any text.
    Text,
    /// `true` or `false`, in exactly these letters.
    Bool,
    /// A number as JSON writes it.
    Number,
}

/// A member of an object in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// One value; sent twice it is refused.
    One(Scalar),
    /// An array: the parameter may be repeated. An empty one isn't sent, so the member is then missing.
    List(Scalar),
}

/// Where a slice is, and how it is written there.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Set(Scalar),
    Object(Vec<(String, Field)>),
    DeepObject(Vec<(String, Field)>),
    DeepMap(Scalar),
    JsonQuery,
    Header,
    Body,
}

impl Shape {
    /// A set in the query: `blocked=a&blocked=b`.
    #[must_use]
    pub fn set(slice: &str, members: Scalar) -> Self {
        Self::new(slice, Form::Set(members))
    }

    /// An object in the query, each member a parameter of its own: `unread=true&text=lamp`. Other parameters are not looked at.
    #[must_use]
    pub fn object<F: Into<Field> + Copy>(slice: &str, fields: &[(&str, F)]) -> Self {
        Self::new(slice, Form::Object(owned(fields)))
    }

    /// An object in the query, in the style `deepObject`: `filters[unread]=true`.
    #[must_use]
    pub fn deep_object<F: Into<Field> + Copy>(slice: &str, fields: &[(&str, F)]) -> Self {
        Self::new(slice, Form::DeepObject(owned(fields)))
    }

    /// A map in the query, in the style `deepObject`, with whatever keys are sent: `ratings[sku-1]=5`.
    #[must_use]
    pub fn deep_map(slice: &str, values: Scalar) -> Self {
        Self::new(slice, Form::DeepMap(values))
    }

    /// Any slice in the query, in the style `json`: `filters=<JSON>`.
    #[must_use]
    pub fn json_query(slice: &str) -> Self {
        Self::new(slice, Form::JsonQuery)
    }

    /// Any slice in the header `Holdall-State`.
    #[must_use]
    pub fn header(slice: &str) -> Self {
        Self::new(slice, Form::Header)
    }

    /// Any slice in the body: a member of the JSON object, or a field with JSON text of a form (`application/x-www-form-urlencoded` or
    /// `multipart/form-data`).
    #[must_use]
    pub fn body(slice: &str) -> Self {
        Self::new(slice, Form::Body)
    }

    /// The name that the slice has on the way, if a rule's `as` gives it another. An exploded object
    /// ([`object`](Self::object)) has no name on the way, so that this changes nothing there.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Makes it an error that a request doesn't carry the slice. An empty slice isn't sent.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Looks for a slice of the query or the header in the body, too, where a rule with `overflow` puts what doesn't fit. It is JSON there,
    /// and has to be of the same types.
    #[must_use]
    pub fn or_in_body(mut self) -> Self {
        self.or_in_body = true;
        self
    }

    fn new(slice: &str, form: Form) -> Self {
        Self {
            slice: slice.to_owned(),
            name: slice.to_owned(),
            required: false,
            or_in_body: false,
            form,
        }
    }

    pub(super) fn in_query(&self) -> bool {
        !matches!(self.form, Form::Header | Form::Body)
    }

    pub(super) fn in_header(&self) -> bool {
        matches!(self.form, Form::Header)
    }

    pub(super) fn in_body_alone(&self) -> bool {
        matches!(self.form, Form::Body)
    }

    pub(crate) fn in_body(&self) -> bool {
        self.in_body_alone() || self.or_in_body
    }
}

impl From<Scalar> for Field {
    fn from(scalar: Scalar) -> Self {
        Self::One(scalar)
    }
}

fn owned<F: Into<Field> + Copy>(fields: &[(&str, F)]) -> Vec<(String, Field)> {
    fields
        .iter()
        .map(|&(name, field)| (name.to_owned(), field.into()))
        .collect()
}
