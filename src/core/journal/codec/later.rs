use std::ops::Range;
use std::rc::Rc;

use super::decode::Parser;
use crate::json::{DOCUMENT_DEPTH, Reader};
use crate::number::Numbers;
use crate::state::{Entries, Replica, Source};

/// The entries of one part of a snapshot, as text. Its digest was right, so this library has written it.
pub(super) struct Later {
    text: Rc<String>,
    range: Range<usize>,
    number: u8,
    table: Rc<[Replica]>,
    numbers: Numbers,
}

impl Later {
    pub(super) fn new(
        text: Rc<String>,
        range: Range<usize>,
        number: u8,
        table: Rc<[Replica]>,
        numbers: Numbers,
    ) -> Self {
        Self {
            text,
            range,
            number,
            table,
            numbers,
        }
    }
}

impl Source for Later {
    fn bytes(&self) -> usize {
        self.range.len()
    }

    fn read(&self) -> Entries {
        let text = self.text.get(self.range.clone()).unwrap_or_default();
        let mut reader = Reader::with_depth(text, DOCUMENT_DEPTH);
        let mut parser = Parser::new(self.table.clone(), self.numbers);
        // What isn't ours in spite of its digest was made by somebody who can as well remove it.
        parser.entries(self.number, &mut reader).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{CodecError, Document, Newest};
    use crate::number::NATIVE;
    use crate::state::{Author, Scope, Slice};

    fn snapshot() -> Document {
        let mut slice = Slice::default();
        for number in 0..100 {
            let author = Author {
                replica: Replica { birth: 1, random: 2 },
                clock: number + 1,
                now: 1_000 + number,
                version: 3,
            };
            let change = slice.put(
                &format!("sku-{number}").into(),
                Some(r#"{"qty":1,"title":"ä"}"#),
                author,
            );
            slice.absorb(&change.unwrap(), Scope::Listed, 0);
        }
        Document {
            clock: 200,
            slices: vec![("cart".into(), slice)],
            ..Document::default()
        }
    }

    #[test]
    fn a_part_of_a_snapshot_is_read_when_somebody_asks() {
        let document = snapshot();
        let text = Rc::new(document.encode_later(NATIVE));
        let read = Document::decode_later(&text, NATIVE).unwrap();
        assert_eq!(read.newest, Some(Newest { at: 1_099, version: 3 }));
        let [(_, slice)] = &*read.slices else { panic!() };
        let unread = || {
            slice
                .parts()
                .iter()
                .filter(|(_, part)| part.entries.unread().is_some())
                .count()
        };
        let parts = slice.parts().len();
        assert_eq!(unread(), parts);
        assert!(slice.get("sku-7").is_some());
        assert_eq!(unread(), parts - 1);
        assert!(*slice == document.slices[0].1);
        assert_eq!(Document::decode(&text, NATIVE).unwrap().slices, document.slices);
        // Who holds it no more lets the text go.
        assert_eq!((unread(), Rc::strong_count(&text)), (0, 1));
    }

    #[test]
    fn what_was_damaged_is_not_taken() {
        let text = snapshot().encode_later(NATIVE);
        for at in 7..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(damaged) = String::from_utf8(bytes) else {
                continue;
            };
            let read = Document::decode_later(&Rc::new(damaged), NATIVE);
            // Without the name of the digest it is read at once.
            assert!(read == Err(CodecError::Damaged) || at < 12, "{at}");
        }
    }

    #[test]
    fn what_is_not_ours_in_spite_of_its_digest_does_not_panic() {
        let rest = |entries: &str| {
            format!(
                r#","k":1,"r":[],"s":{{"cart":{{"1":{{"c":[],"n":{},"e":{entries}}}}}}}}}"#,
                entries.len()
            )
        };
        for entries in ["{", "[]", r#"{"a":1}"#, "", "}}}}}", r#"{"ä"#] {
            let rest = rest(entries);
            let text = format!(r#"{{"f":1,"d":"{:016x}"{rest}"#, super::super::digest::digest(&rest));
            if let Ok(document) = Document::decode_later(&Rc::new(text), NATIVE) {
                assert_eq!(document.slices[0].1.keys().len(), 0);
            }
        }
    }
}
