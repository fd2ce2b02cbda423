use super::Store;
use crate::json::{Reader, write};
use crate::sort::sort_and_dedup;
use crate::text::concat;

impl Store {
    /// Everything that is stored under the name, as one JSON document: `{"name", "local", "session"}`, each storage an object of its
    /// entries by key. Of other users' areas it gives their keys alone, with `null`.
    #[must_use]
    pub fn export(&self) -> String {
        let mut out = String::from("{\"name\":");
        write::string(&mut out, &self.name);
        let prefix = concat(&[&self.name, "/"]);
        for (place, name) in ["local", "session"].iter().enumerate() {
            let Some(storage) = self.storages.get(place) else {
                continue;
            };
            out.push(',');
            write::string(&mut out, name);
            out.push_str(":{");
            let mut keys = storage.keys();
            sort_and_dedup(&mut keys);
            let mut first = true;
            for key in keys {
                let Some(rest) = key.strip_prefix(&*prefix) else {
                    continue;
                };
                // There is nothing in it.
                if rest == "reserve" {
                    continue;
                }
                write::comma(&mut out, &mut first);
                write::string(&mut out, &key);
                out.push(':');
                let text = storage.get(&key).filter(|_| self.may_show(place, rest));
                match text.as_deref() {
                    None => out.push_str("null"),
                    Some(text) if is_json(text) => out.push_str(text),
                    Some(text) => write::string(&mut out, text),
                }
            }
            out.push('}');
        }
        out.push('}');
        out
    }
}

fn is_json(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().and_then(|_| reader.end()).is_ok()
}
