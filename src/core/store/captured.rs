use super::Store;
use crate::json::write;
use crate::mutant::{self, Mutant};
use crate::state::Capture;

/// What a request took from some slices, so that just this can be removed once it has arrived.
#[derive(Debug, Default)]
pub struct Captured(pub(super) Vec<(usize, Vec<Capture>)>);

impl Store {
    /// Some slices as they are now.
    #[must_use]
    pub fn capture(&self, slices: &[usize]) -> Captured {
        let mut captured = Vec::new();
        for &slice in slices {
            // What isn't sent isn't consumed.
            captured.push((slice, self.captures(slice, &|key| self.is_shown(slice, key))));
        }
        Captured(captured)
    }

    pub(super) fn captures(&self, slice: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<Capture> {
        let mut captures = Vec::new();
        if let Some(state) = self.state(slice) {
            for (key, _) in state.entries() {
                if wanted(key) {
                    captures.extend(state.capture(key));
                }
            }
        }
        captures
    }

    /// Removes what was captured, and leaves what came since.
    pub fn consume(&mut self, captured: &Captured) {
        for (slice, captures) in &captured.0 {
            let Some(definition) = self.slices.get(*slice) else {
                continue;
            };
            let Some(journal) = self.journals.get_mut(definition.journal()) else {
                continue;
            };
            // A page that has only ever removed needs a name for its records, too.
            if !captures.is_empty() {
                journal.author(definition.version);
            }
            for capture in captures {
                let all = journal
                    .slice(&definition.name)
                    .and_then(|state| state.capture(&capture.key));
                let capture = all
                    .as_ref()
                    .filter(|_| mutant::on(Mutant::RemoveAll))
                    .unwrap_or(capture);
                journal.apply(&definition.name, &capture.removal());
                self.verdicts.forget(*slice, &capture.key);
            }
        }
    }
}

impl Captured {
    /// Whether there was nothing to capture.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, captures)| captures.is_empty())
    }

    /// A text that is equal exactly for equal captures, in whatever tab.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (slice, captures) in &self.0 {
            write::integer(&mut out, *slice as u64);
            for capture in captures {
                write::string(&mut out, &capture.key);
                for dot in &capture.dots {
                    dot.replica.write(&mut out);
                    out.push('-');
                    write::integer(&mut out, dot.seq);
                    out.push(' ');
                }
            }
        }
        out
    }
}
