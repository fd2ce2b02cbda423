//! Rules that can't have any effect.

use super::Rules;

impl Rules {
    /// The text of a rule of which every field is overridden, whatever request it matches. A rule without any field has an effect, too:
    /// what it matches doesn't pass through untouched.
    pub(super) fn find_idle(&self) -> Option<&str> {
        for (index, rule) in self.0.iter().enumerate() {
            let mut idle = !rule.says.is_empty();
            for field in &rule.says {
                let later = &mut self.0.iter().skip(index + 1);
                idle &= later.any(|later| later.says.contains(field) && later.pattern.covers(&rule.pattern));
            }
            if idle {
                return Some(&rule.text);
            }
        }
        None
    }
}
