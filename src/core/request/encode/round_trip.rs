//! The other half of the module reads what this half writes.

use super::tests::one;
use super::*;
use crate::core::request::{DecodeError, Field, Limits, Parts, Scalar, Shape, Style, decode};

/// Numbers that look random, the same in every run.
struct Generator(u64);

impl Generator {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn text(&mut self) -> String {
        const CHARACTERS: [char; 20] = [
            'a', 'Z', '0', ' ', '+', '&', '=', '%', '#', '"', '\\', '/', ':', ',', '\n', '\0', 'é', '€', '😀',
            '\u{2028}',
        ];
        (0..self.below(6))
            .map(|_| CHARACTERS[self.below(CHARACTERS.len())])
            .collect()
    }

    fn scalar(&mut self, scalar: Scalar) -> String {
        match scalar {
            Scalar::Text => quoted(&self.text()),
            Scalar::Bool => ["true", "false"][self.below(2)].to_owned(),
            Scalar::Number => ["0", "-1", "2.5", "1e+21", "1e-7", "9007199254740991"][self.below(6)].to_owned(),
        }
    }

    fn list(&mut self, scalar: Scalar) -> Vec<String> {
        (0..self.below(5)).map(|_| self.scalar(scalar)).collect()
    }

    fn json(&mut self, levels: usize) -> String {
        match self.below(if levels == 0 { 4 } else { 6 }) {
            0 => "null".to_owned(),
            1 => self.scalar(Scalar::Bool),
            2 => self.scalar(Scalar::Number),
            3 => self.scalar(Scalar::Text),
            4 => array((0..self.below(4)).map(|_| self.json(levels - 1)).collect()),
            _ => self.object(levels - 1),
        }
    }

    fn object(&mut self, levels: usize) -> String {
        let names: std::collections::BTreeSet<String> = (0..self.below(4)).map(|_| self.text()).collect();
        object(names.iter().map(|name| (name.as_str(), self.json(levels))).collect())
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    crate::json::write::string(&mut out, text);
    out
}

fn array(members: Vec<String>) -> String {
    ["[", &members.join(","), "]"].concat()
}

fn object(members: Vec<(&str, String)>) -> String {
    let texts: Vec<String> = members
        .iter()
        .map(|(name, text)| [&quoted(name), ":", text].concat())
        .collect();
    ["{", &texts.join(","), "}"].concat()
}

/// The other half of the module reads what this half has written, put on a request with parameters and members of its own.
fn round_trip(place: Place, shape: Shape, state: &str) -> Result<Option<String>, DecodeError> {
    let outgoing = one(place, state).unwrap();
    let query = join_query("page=2&q=%zz", &outgoing.query).unwrap();
    let body = merge_json(Some(r#"{"note":"}"}"#), &outgoing.body_members).unwrap();
    let parts = Parts {
        query: Some(&query),
        state_header: outgoing.state_header.as_deref(),
        content_type: Some("application/json"),
        body: body.as_bytes(),
    };
    Ok(decode(&parts, &[shape], &Limits::default())?
        .json("x")
        .map(str::to_owned))
}

#[test]
fn what_is_written_is_read() {
    let mut generator = Generator(7);
    let scalars = [Scalar::Text, Scalar::Bool, Scalar::Number];
    for _ in 0..2_000 {
        let scalar = scalars[generator.below(3)];
        let mut members = generator.list(scalar);
        members.sort_by(|a, b| utf16_order(a, b));
        members.dedup();
        let set = array(members);
        let kept = Some(set.clone()).filter(|set| set != "[]");
        assert_eq!(
            round_trip(Place::Query(Style::Form), Shape::set("x", scalar), &set).unwrap(),
            kept
        );

        let fields = [
            ("a", Field::One(Scalar::Text)),
            ("b é&", Field::One(Scalar::Number)),
            ("c", Field::One(Scalar::Bool)),
            ("d", Field::List(scalar)),
        ];
        let mut members = Vec::new();
        for (name, field) in fields {
            match field {
                Field::One(scalar) if generator.below(3) > 0 => members.push((name, generator.scalar(scalar))),
                Field::One(_) => {}
                Field::List(scalar) => {
                    let list = generator.list(scalar);
                    members.extend((!list.is_empty()).then(|| (name, array(list))));
                }
            }
        }
        let record = object(members);
        let kept = Some(record.clone()).filter(|record| record != "{}");
        let (form, deep) = (Place::Query(Style::Form), Place::Query(Style::DeepObject));
        assert_eq!(round_trip(form, Shape::object("x", &fields), &record).unwrap(), kept);
        assert_eq!(
            round_trip(deep, Shape::deep_object("x", &fields), &record).unwrap(),
            kept
        );

        let anything = generator.object(4);
        let kept = Some(anything.clone()).filter(|text| text != "{}");
        for (place, shape) in [
            (Place::Query(Style::Json), Shape::json_query("x")),
            (Place::Header, Shape::header("x")),
            (Place::Body, Shape::body("x")),
        ] {
            assert_eq!(round_trip(place, shape, &anything).unwrap(), kept);
        }
    }
}

#[test]
fn maps_travel_as_deep_objects() {
    let state = r#"{"":0,"__proto__":1,"a b&=":2,"é":3}"#;
    let read = round_trip(
        Place::Query(Style::DeepObject),
        Shape::deep_map("x", Scalar::Number),
        state,
    )
    .unwrap();
    assert_eq!(read.as_deref(), Some(state));
}
