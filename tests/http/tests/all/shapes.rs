//! Shapes as the vectors write them.

use holdall::request::{Field, Scalar, Shape};
use serde_json::Value;

/// The shape of one slice.
pub(crate) fn shape(slice: &str, json: &Value) -> Shape {
    let deep = json["style"] == "deepObject";
    let mut shape = match (json["in"].as_str().unwrap(), &json["of"], &json["fields"]) {
        ("header", ..) => Shape::header(slice),
        ("body", ..) => Shape::body(slice),
        (_, Value::String(of), _) if deep => Shape::deep_map(slice, scalar(of)),
        (_, Value::String(of), _) => Shape::set(slice, scalar(of)),
        (_, _, Value::Object(fields)) => {
            let fields: Vec<(&str, Field)> = fields
                .iter()
                .map(|(name, field)| (name.as_str(), self::field(field)))
                .collect();
            if deep {
                Shape::deep_object(slice, &fields)
            } else {
                Shape::object(slice, &fields)
            }
        }
        _ => Shape::json_query(slice),
    };
    if let Some(name) = json["as"].as_str() {
        shape = shape.named(name);
    }
    if json["orInBody"] == true {
        shape = shape.or_in_body();
    }
    if json["required"] == true {
        shape = shape.required();
    }
    shape
}

fn field(json: &Value) -> Field {
    match json.as_str() {
        Some(one) => Field::One(scalar(one)),
        None => Field::List(scalar(json[0].as_str().unwrap())),
    }
}

fn scalar(name: &str) -> Scalar {
    match name {
        "string" => Scalar::Text,
        "boolean" => Scalar::Bool,
        _ => Scalar::Number,
    }
}
