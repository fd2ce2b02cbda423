use super::Refusal;
use crate::core::request::percent::escape;
use crate::text::{has_any, has_only, split, split_once};

/// The path of a pattern.
#[derive(Debug, Clone)]
pub(super) struct Path(Vec<Piece>);

/// In an example, what a `*` matches, with slashes or without. No normalised path has it.
const ANYTHING: &str = "\u{1}";

#[derive(Debug, Clone)]
enum Piece {
    /// Exactly this.
    Text(String),
    /// `:name`: one segment, not empty.
    Segment,
    /// `*`: anything, also `/` and nothing.
    Any,
}

impl Path {
    pub(super) fn compile(path: &str) -> Result<Self, Refusal<'_>> {
        if split(path, b'/').any(|segment| segment == "." || segment == "..") {
            return Err(("write the path resolved, without . and ..", path));
        }
        let mut pieces = Vec::new();
        let mut text = String::new();
        for (index, segment) in split(path, b'/').enumerate() {
            if index > 0 {
                text.push('/');
            }
            if let Some(name) = segment.strip_prefix(":") {
                if name.is_empty() || !has_only(name, &|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                    return Err((":name is a whole segment, of letters, digits and _", segment));
                }
                flush(&mut pieces, &mut text);
                pieces.push(Piece::Segment);
                continue;
            }
            for (index, part) in split(segment, b'*').enumerate() {
                if index > 0 {
                    flush(&mut pieces, &mut text);
                    pieces.push(Piece::Any);
                }
                text.push_str(part);
            }
        }
        flush(&mut pieces, &mut text);
        Ok(Self(pieces))
    }

    /// A path that stands for all that this one matches: who matches it matches all of them.
    pub(super) fn example(&self) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            out.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Segment => "\u{2}",
                Piece::Any => ANYTHING,
            });
        }
        out
    }

    /// `path`: [normalised](normalise), or an [example](Self::example). It goes back to the last `*` only, which is enough, and keeps it from taking exponential
    /// time on hostile paths.
    pub(super) fn matches(&self, mut path: &str) -> bool {
        let mut pieces = self.0.as_slice();
        let mut last_any: Option<(&[Piece], &str)> = None;
        loop {
            let rest = match pieces.split_first() {
                None if path.is_empty() => return true,
                None => None,
                Some((Piece::Any, after)) => {
                    last_any = Some((after, path));
                    Some((after, path))
                }
                Some((Piece::Text(text), after)) => path.strip_prefix(text.as_str()).map(|rest| (after, rest)),
                Some((Piece::Segment, after)) => {
                    let segment = split_once(path, b'/').map_or(path, |(segment, _)| segment);
                    match segment.len() {
                        0 => None,
                        _ if has_any(segment, ANYTHING) => None,
                        end => path.get(end..).map(|rest| (after, rest)),
                    }
                }
            };
            let next = rest.or_else(|| {
                let (after, from) = last_any?;
                // One more byte for the `*`: a normalised path is ASCII.
                let from = from.get(1..)?;
                last_any = Some((after, from));
                last_any
            });
            match next {
                Some(next) => (pieces, path) = next,
                None => return false,
            }
        }
    }
}

/// Brings a path into the one form that is compared: percent-encoded as browsers do it, hexadecimal digits in upper case.
pub(in crate::core::request) fn normalise(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    // How many of the next bytes are digits of an escape.
    let mut digits = 0;
    for byte in path.bytes() {
        match byte {
            // The path percent-encode set of the URL standard. Browsers differ in `^`.
            0..=b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}' | 0x7f.. => escape(&mut out, byte),
            b'a'..=b'f' if digits > 0 => out.push(char::from(byte.to_ascii_uppercase())),
            _ => out.push(char::from(byte)),
        }
        digits = match byte {
            b'%' => 2,
            _ if digits > 0 && byte.is_ascii_hexdigit() => digits - 1,
            _ => 0,
        };
    }
    out
}

fn flush(pieces: &mut Vec<Piece>, text: &mut String) {
    if !text.is_empty() {
        pieces.push(Piece::Text(normalise(text)));
        text.clear();
    }
}
