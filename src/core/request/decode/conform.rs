//! JSON in the body, in place of parameters in the query: it has to be what these could have said.

use super::error::DecodeError;
use super::query::{array, is_distinct};
use super::{Form, Shape};
use crate::json::{JsonError, Kind, Reader, write};
use crate::request::shape::{Field, Scalar};

/// The slice's text, without members that the shape doesn't know: in a query they would be somebody else's. `text` has been checked.
pub(super) fn conform(shape: &Shape, text: &str) -> Result<String, DecodeError> {
    let mut reader = Reader::new(text);
    let conforming = match &shape.form {
        Form::Set(members) => scalars(&mut reader, *members).and_then(|texts| match is_distinct(&texts, *members) {
            true => Ok(array(&texts)),
            false => Err(JsonError::DuplicateName),
        }),
        Form::Object(fields) | Form::DeepObject(fields) => object(&mut reader, &|name| {
            fields.iter().find(|(field, _)| field == name).map(|(_, field)| *field)
        }),
        Form::DeepMap(values) => object(&mut reader, &|_| Some(Field::One(*values))),
        Form::JsonQuery | Form::Header | Form::Body => return Ok(text.to_owned()),
    };
    conforming.map_err(|_| DecodeError::malformed(&shape.slice, "it isn't of the agreed types"))
}

fn object(reader: &mut Reader<'_>, field: &dyn Fn(&str) -> Option<Field>) -> Result<String, JsonError> {
    let mut out = String::from("{");
    let mut first = true;
    reader.object(|name, value| {
        let text = match field(&name) {
            // A query says neither.
            _ if value.kind()? == Kind::Null => return value.skip().map(drop),
            None => return value.skip().map(drop),
            Some(Field::One(one)) => scalar(value, one)?,
            Some(Field::List(one)) => array(&scalars(value, one)?),
        };
        write::comma(&mut out, &mut first);
        write::string(&mut out, &name);
        out.push(':');
        out.push_str(&text);
        Ok(())
    })?;
    out.push('}');
    Ok(out)
}

fn scalars(reader: &mut Reader<'_>, members: Scalar) -> Result<Vec<String>, JsonError> {
    let mut texts = Vec::new();
    reader.array(|member| {
        texts.push(scalar(member, members)?);
        Ok(())
    })?;
    Ok(texts)
}

fn scalar(reader: &mut Reader<'_>, scalar: Scalar) -> Result<String, JsonError> {
    match (scalar, reader.kind()?) {
        (Scalar::Text, Kind::String) => {
            let mut out = String::new();
            write::string(&mut out, &reader.string()?);
            Ok(out)
        }
        (Scalar::Bool, Kind::Bool) | (Scalar::Number, Kind::Number) => reader.skip().map(str::to_owned),
        _ => Err(JsonError::Syntax),
    }
}
