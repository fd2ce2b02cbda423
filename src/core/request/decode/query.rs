use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Budget;
use super::error::DecodeError;
use crate::json::{Reader, write};
use crate::request::percent;
use crate::request::shape::{Field, Form, Scalar, Shape};

/// The parameters of a query or a URL-encoded form, values by name, in the order they came.
pub(super) struct Parameters<'a>(BTreeMap<String, Vec<&'a str>>);

impl<'a> Parameters<'a> {
    pub(super) fn parse(query: &'a str, budget: &mut Budget) -> Result<Self, DecodeError> {
        let mut parameters: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            budget.take()?;
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent::decode(name).ok_or(DecodeError::Malformed {
                slice: None,
                why: "a parameter's name isn't percent-encoded UTF-8",
            })?;
            parameters.entry(name).or_default().push(value);
        }
        Ok(Self(parameters))
    }

    /// The one JSON text under this name.
    pub(super) fn json(&self, slice: &str, name: &str) -> Result<Option<String>, DecodeError> {
        self.one(slice, name)?.map(|value| text(slice, value)).transpose()
    }

    fn all(&self, name: &str) -> &[&'a str] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn one(&self, slice: &str, name: &str) -> Result<Option<&'a str>, DecodeError> {
        match self.all(name) {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(DecodeError::malformed(slice, "a parameter is sent twice")),
        }
    }
}

/// Puts the JSON text of one slice together from a query's parameters.
pub(super) fn slice(shape: &Shape, query: &Parameters<'_>) -> Result<Option<String>, DecodeError> {
    let slice = shape.slice.as_str();
    match &shape.form {
        Form::Set(members) => set(slice, query.all(&shape.name), *members),
        Form::Object(fields) => object(
            slice,
            query,
            fields
                .iter()
                .map(|(name, field)| (name.as_str(), Cow::Borrowed(name.as_str()), *field)),
        ),
        Form::DeepObject(fields) => object(
            slice,
            query,
            fields
                .iter()
                .map(|(name, field)| (name.as_str(), deep(&shape.name, name).into(), *field)),
        ),
        Form::DeepMap(values) => {
            let fields = query.0.keys().filter_map(|parameter| {
                let key = parameter
                    .strip_prefix(shape.name.as_str())?
                    .strip_prefix('[')?
                    .strip_suffix(']')?;
                Some((key, Cow::Borrowed(parameter.as_str()), Field::One(*values)))
            });
            if fields.clone().any(|(key, ..)| key.contains(['[', ']'])) {
                return Err(DecodeError::malformed(
                    slice,
                    "deepObject has one level, and no brackets in a key",
                ));
            }
            object(slice, query, fields)
        }
        _ => query.json(slice, &shape.name),
    }
}

fn deep(slice: &str, field: &str) -> String {
    [slice, "[", field, "]"].concat()
}

fn set(slice: &str, values: &[&str], members: Scalar) -> Result<Option<String>, DecodeError> {
    let texts: Vec<String> = values
        .iter()
        .map(|value| scalar(slice, value, members))
        .collect::<Result<_, _>>()?;
    if !is_distinct(&texts, members) {
        return Err(DecodeError::malformed(slice, "a member is sent twice"));
    }
    Ok(if texts.is_empty() { None } else { Some(array(&texts)) })
}

/// `fields`: the member's name, its parameter's name, and what it is.
fn object<'n>(
    slice: &str,
    query: &Parameters<'_>,
    fields: impl Iterator<Item = (&'n str, Cow<'n, str>, Field)>,
) -> Result<Option<String>, DecodeError> {
    let mut out = String::from("{");
    let mut first = true;
    for (name, parameter, field) in fields {
        let text = match field {
            Field::One(one) => query
                .one(slice, &parameter)?
                .map(|value| scalar(slice, value, one))
                .transpose()?,
            Field::List(one) => {
                let values = query.all(&parameter).iter().map(|value| scalar(slice, value, one));
                let texts = values.collect::<Result<Vec<_>, _>>()?;
                (!texts.is_empty()).then(|| array(&texts))
            }
        };
        let Some(text) = text else { continue };
        write::comma(&mut out, &mut first);
        write::string(&mut out, name);
        out.push(':');
        out.push_str(&text);
    }
    out.push('}');
    Ok(if first { None } else { Some(out) })
}

/// Whether these members of a set, as JSON, are different. A number is the same however it is written, and zero has no sign.
pub(super) fn is_distinct(texts: &[String], members: Scalar) -> bool {
    if members == Scalar::Number {
        let number = |text: &String| (text.parse().unwrap_or(f64::NAN) + 0.0).to_bits();
        return differ(texts.iter().map(number).collect());
    }
    differ(texts.iter().collect())
}

fn differ<T: Ord>(mut members: Vec<T>) -> bool {
    members.sort_unstable();
    members
        .windows(2)
        .all(|pair| matches!(pair, [one, other] if one != other))
}

pub(super) fn array(texts: &[String]) -> String {
    ["[", &texts.join(","), "]"].concat()
}

fn scalar(slice: &str, value: &str, scalar: Scalar) -> Result<String, DecodeError> {
    let value = text(slice, value)?;
    match scalar {
        Scalar::Text => {
            let mut out = String::new();
            write::string(&mut out, &value);
            Ok(out)
        }
        Scalar::Bool if value == "true" || value == "false" => Ok(value),
        Scalar::Bool => Err(DecodeError::malformed(slice, "a value has to be true or false")),
        Scalar::Number => {
            let mut reader = Reader::new(&value);
            // The reader skips white space, which a number doesn't have.
            match reader.number() {
                Ok(number) if number.len() == value.len() && value.parse().is_ok_and(f64::is_finite) => Ok(value),
                _ => Err(DecodeError::malformed(slice, "a value has to be a number")),
            }
        }
    }
}

fn text(slice: &str, value: &str) -> Result<String, DecodeError> {
    percent::decode(value).ok_or_else(|| DecodeError::malformed(slice, "a value isn't percent-encoded UTF-8"))
}
