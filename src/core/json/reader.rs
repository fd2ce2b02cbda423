use std::borrow::Cow;
use std::ops::Range;

use super::{DOCUMENT_DEPTH, JsonError, MAX_DEPTH};
use crate::text::integer;

/// What the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A pull reader over one JSON text (RFC 8259).
///
/// ```
/// use holdall::json::Reader;
///
/// let mut reader = Reader::new(r#"{"title":"Lamp","qty":2}"#);
/// let mut names = Vec::new();
/// reader.object(|name, value| {
///     names.push(name.into_owned());
///     value.skip().map(drop)
/// })?;
/// reader.end()?;
/// assert_eq!(names, ["title", "qty"]);
/// # Ok::<(), holdall::json::JsonError>(())
/// ```
#[derive(Clone)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    max_depth: u32,
}

/// Without the text, which may be state or hold a token.
impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Reader(…)")
    }
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self::with_depth(text, MAX_DEPTH)
    }

    /// Starts at the beginning of `text`, and refuses more than `max_depth` levels (at most those of a stored document).
    #[must_use]
    pub fn with_depth(text: &'a str, max_depth: u32) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            max_depth: max_depth.min(DOCUMENT_DEPTH),
        }
    }

    /// What the next value is, by its first character.
    ///
    /// # Errors
    /// [`JsonError::Syntax`] if no value begins here.
    pub fn kind(&mut self) -> Result<Kind, JsonError> {
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            _ => Err(JsonError::Syntax),
        }
    }

    /// Reads an object; `each` is given every name and must read its value.
    ///
    /// # Errors
    /// Those of the text, and those that `each` returns.
    pub fn object(
        &mut self,
        mut each: impl FnMut(Cow<'a, str>, &mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.items(b'{', b'}', &mut |reader| {
            let name = reader.string()?;
            reader.expect(b':')?;
            each(name, reader)
        })
    }

    /// Reads an array; `each` must read one element.
    ///
    /// # Errors
    /// Those of the text, and those that `each` returns.
    pub fn array(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), JsonError>) -> Result<(), JsonError> {
        self.items(b'[', b']', &mut each)
    }

    /// What arrays and objects share: one copy of it for all callers.
    pub(super) fn items(
        &mut self,
        open: u8,
        close: u8,
        each: &mut dyn FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(open)?;
        let mut first = true;
        while self.next_item(close, first)? {
            first = false;
            each(self)?;
        }
        Ok(())
    }

    /// Reads a string, without its quotes and escapes.
    ///
    /// # Errors
    /// [`JsonError::Syntax`], or [`JsonError::LoneSurrogate`].
    pub fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut copied = start;
        loop {
            match self.byte().ok_or(JsonError::Syntax)? {
                b'"' => {
                    let rest = self.text.get(copied..self.at).ok_or(JsonError::Syntax)?;
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(rest),
                        Some(mut text) => {
                            text.push_str(rest);
                            Cow::Owned(text)
                        }
                    });
                }
                b'\\' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(self.text.get(copied..self.at).ok_or(JsonError::Syntax)?);
                    self.at += 1;
                    text.push(self.escape()?);
                    copied = self.at;
                }
                0..=0x1f => return Err(JsonError::Syntax),
                _ => self.at += 1,
            }
        }
    }

    /// Reads a number, as its text.
    ///
    /// # Errors
    /// [`JsonError::Syntax`]
    pub fn number(&mut self) -> Result<&'a str, JsonError> {
        self.peek();
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or(JsonError::Syntax)
    }

    /// Reads a number that must be a whole one from 0 to 2^53.
    ///
    /// # Errors
    /// [`JsonError::Syntax`] for any other.
    pub fn integer(&mut self) -> Result<u64, JsonError> {
        self.peek();
        let start = self.at;
        let mut value = 0;
        while let Some(digit @ b'0'..=b'9') = self.byte() {
            value = value * 10 + u64::from(digit - b'0');
            self.at += 1;
            // No number begins with a zero but 0 itself.
            if value > 1 << 53 || value < 10 && self.at > start + 1 {
                return Err(JsonError::Syntax);
            }
        }
        match self.byte() {
            Some(b'.' | b'e' | b'E') => Err(JsonError::Syntax),
            _ if self.at == start => Err(JsonError::Syntax),
            _ => Ok(value),
        }
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// [`JsonError::Syntax`]
    pub fn bool(&mut self) -> Result<bool, JsonError> {
        if self.peek() == Some(b't') {
            self.word("true").map(|()| true)
        } else {
            self.word("false").map(|()| false)
        }
    }

    /// Reads `null`.
    ///
    /// # Errors
    /// [`JsonError::Syntax`]
    pub fn null(&mut self) -> Result<(), JsonError> {
        self.peek();
        self.word("null")
    }

    /// Reads any value, checking it, and gives its text.
    ///
    /// # Errors
    /// Those of the text.
    pub fn skip(&mut self) -> Result<&'a str, JsonError> {
        self.peek();
        let start = self.at;
        match self.kind()? {
            Kind::Null => self.null()?,
            Kind::Bool => drop(self.bool()?),
            Kind::Number => drop(self.number()?),
            Kind::String => drop(self.string()?),
            Kind::Array => self.elements(&mut Self::pass)?,
            Kind::Object => self.members(&mut |_, value| value.pass())?,
        }
        self.text.get(start..self.at).ok_or(JsonError::Syntax)
    }

    /// Reads any value, checking it.
    pub(crate) fn pass(&mut self) -> Result<(), JsonError> {
        self.skip().map(drop)
    }

    /// Checks that nothing but white space follows.
    ///
    /// # Errors
    /// [`JsonError::Syntax`]
    pub fn end(&mut self) -> Result<(), JsonError> {
        if self.peek().is_none() {
            Ok(())
        } else {
            Err(JsonError::Syntax)
        }
    }

    /// What follows the last value.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes so many bytes for a value, unread, and gives where they are.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<Range<usize>, JsonError> {
        let range = self.at..self.at.saturating_add(bytes);
        self.text.get(range.clone()).ok_or(JsonError::Syntax)?;
        self.at = range.end;
        Ok(range)
    }

    /// Enters an array or object; [`next_item`](Self::next_item) leaves it.
    pub(crate) fn open(&mut self, bracket: u8) -> Result<(), JsonError> {
        self.expect(bracket)?;
        self.depth += 1;
        if self.depth > self.max_depth {
            Err(JsonError::Depth)
        } else {
            Ok(())
        }
    }

    /// Steps to the next element or member: `false` at the closing bracket, which it reads.
    pub(crate) fn next_item(&mut self, close: u8, first: bool) -> Result<bool, JsonError> {
        self.peek();
        if self.eat(close) {
            self.depth -= 1;
            return Ok(false);
        }
        if !first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        self.peek();
        if self.eat(byte) { Ok(()) } else { Err(JsonError::Syntax) }
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte after white space.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    #[inline(always)]
    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.byte() == Some(byte);
        self.at += usize::from(eaten);
        eaten
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        let end = self.at + word.len();
        if self.text.get(self.at..end) != Some(word) {
            return Err(JsonError::Syntax);
        }
        self.at = end;
        Ok(())
    }

    #[inline(always)]
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at > start {
            Ok(())
        } else {
            Err(JsonError::Syntax)
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.byte().ok_or(JsonError::Syntax)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                let code = if (0xd800..0xdc00).contains(&first) {
                    let second = if self.eat(b'\\') && self.eat(b'u') {
                        self.hex()?
                    } else {
                        0
                    };
                    if !(0xdc00..0xe000).contains(&second) {
                        return Err(JsonError::LoneSurrogate);
                    }
                    0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
                } else {
                    first
                };
                char::from_u32(code).ok_or(JsonError::LoneSurrogate)?
            }
            _ => return Err(JsonError::Syntax),
        })
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(JsonError::Syntax)?;
        self.at += 4;
        integer(digits, 16).map(|code| code as u32).ok_or(JsonError::Syntax)
    }
}

#[cfg(test)]
mod tests;
