use super::Journal;

/// Entries are set aside as long as there are fewer than this, and none is longer, in bytes.
const MOST: usize = 16;
const LONGEST: usize = 8 * 1024;

/// Sets a damaged entry aside, where it is kept for whoever looks into it, and disturbs no load any more. Gives whether it was: one that
/// finds no room stays where it is.
pub(super) fn take(journal: &mut Journal, key: &str, text: &str) -> bool {
    let Some(name) = key.strip_prefix(&*journal.prefix) else {
        return false;
    };
    let held = journal.quarantined.unwrap_or_else(|| {
        let prefix = journal.key(&["q/"]);
        let keys = journal.storage.keys();
        keys.iter().filter(|key| key.starts_with(&*prefix)).count()
    });
    let fits = held < MOST && text.len() <= LONGEST;
    let taken = fits && journal.storage.set(&journal.key(&["q/", name]), text).is_ok();
    journal.quarantined = Some(held + usize::from(taken));
    if taken {
        journal.storage.remove(key);
    }
    taken
}
