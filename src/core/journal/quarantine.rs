use super::Journal;

/// Entries are set aside as long as there are fewer than this, and none is longer, in bytes.
const MOST: usize = 16;
const LONGEST: usize = 8 * 1024;

/// Sets a damaged entry aside, where it is kept for whoever looks into it, and disturbs no load any more. Gives whether it was: one that
/// finds no room stays where it is.
pub(super) fn take(journal: &Journal, key: &str, text: &str) -> bool {
    let Some(name) = key.strip_prefix(&*journal.prefix) else {
        return false;
    };
    let prefix = journal.key(&["q/"]);
    let held = journal
        .storage
        .keys()
        .iter()
        .filter(|key| key.starts_with(&*prefix))
        .count();
    let taken = held < MOST && text.len() <= LONGEST && journal.storage.set(&journal.key(&["q/", name]), text).is_ok();
    if taken {
        journal.storage.remove(key);
    }
    taken
}
