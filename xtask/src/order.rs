//! Puts functions that are alike next to each other, since a compressor says much of one by what it has said of the one before: two
//! per cent less than in the order of their names.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use wasm_encoder::{NameMap, NameSection, RawSection, Section};
use wasmparser::{Parser, Payload, TypeRef};

use crate::Result;

/// Functions are as alike as they have sequences of so many bytes in common.
const SEQUENCE: usize = 4;

/// Names the functions of a module by where each should be; `wasm-opt --reorder-functions-by-name` then puts them there.
pub(crate) fn name_by_likeness(path: &Path) -> Result {
    let module = fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let named = named(&module).map_err(|e| format!("cannot take {} apart: {e}", path.display()))?;
    fs::write(path, named).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

fn named(module: &[u8]) -> std::result::Result<Vec<u8>, wasmparser::BinaryReaderError> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    // The magic word and the version.
    let mut out = module.get(..8).unwrap_or_default().to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Some((id, range)) = payload.as_section()
            && !matches!(payload, Payload::CustomSection(_))
        {
            let data = module.get(range).unwrap_or_default();
            RawSection { id, data }.append_to(&mut out);
        }
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut places: Vec<(usize, usize)> = by_likeness(&bodies).into_iter().zip(0..).collect();
    places.sort_unstable();
    let mut map = NameMap::new();
    for (index, (_, place)) in (imported..).zip(places) {
        map.append(index, &format!("{place:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&map);
    section.append_to(&mut out);
    Ok(out)
}

/// Each is followed by the one that is most like it and, each time half as much, like those before it.
#[expect(clippy::indexing_slicing, reason = "all places are those of bodies")]
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let grams: Vec<HashSet<&[u8]>> = bodies.iter().map(|body| body.windows(SEQUENCE).collect()).collect();
    let mut with: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, grams) in grams.iter().enumerate() {
        for gram in grams {
            with.entry(gram).or_default().push(function);
        }
    }
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut scores = vec![0.0_f64; bodies.len()];
    let mut order = Vec::with_capacity(bodies.len());
    loop {
        // The first of those that are equally like, so that the result is the same everywhere.
        let best = (0..left.len())
            .rev()
            .max_by(|&a, &b| scores[left[a]].total_cmp(&scores[left[b]]));
        let Some(best) = best else { return order };
        let next = left.remove(best);
        order.push(next);
        let mut common = vec![0_usize; bodies.len()];
        for &other in grams[next].iter().flat_map(|gram| &with[gram]) {
            common[other] += 1;
        }
        for (other, common) in common.into_iter().enumerate() {
            let either = grams[next].len() + grams[other].len() - common;
            scores[other] = scores[other] / 2.0 + common as f64 / either.max(1) as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_follows_like() {
        let bodies = [
            &b"abcdefgh"[..],
            b"12345678",
            b"abcdefgi",
            b"12345679",
            b"",
            b"abcdefg0",
        ];
        assert_eq!(by_likeness(&bodies), [0, 2, 5, 1, 3, 4]);
    }
}
