use super::*;

/// Every entry that was ever stored, joined: what all tabs must come to, whatever was compacted meanwhile.
fn oracle(log: &[(String, String)]) -> Document {
    let mut all = Document::default();
    for (key, text) in log {
        let scope = if key.contains("/s/") {
            Scope::Whole
        } else {
            Scope::Listed
        };
        for (name, slice) in &Document::decode(text, NATIVE).unwrap().slices {
            all.slice(name).absorb(slice, scope, 0);
        }
    }
    all
}

pub(super) fn view(slice: Option<&Slice>) -> Vec<(Rc<str>, Option<String>)> {
    let keys = slice.map_or_else(Vec::new, Slice::keys);
    keys.into_iter()
        .map(|key| (key.clone(), slice.and_then(|slice| slice.get(&key)?.value(NATIVE))))
        .collect()
}

/// One step of a tab that does whatever users do.
fn act(tab: &mut Journal, random: &mut Random, captured: &mut Vec<crate::state::Capture>) {
    let key = ["a", "b", "c"][random.draw() as usize % 3];
    // Whoever writes first looks first, so what is there is known after this.
    let author = tab.author(1);
    let slice = tab.slice("cart").cloned().unwrap_or_default();
    let capture = slice.capture(key);
    match random.draw() % 8 {
        0 => put(tab, "cart", key, r#"{"note":"x","qty":1}"#),
        1 => captured.extend(capture),
        2 => capture
            .iter()
            .for_each(|capture| tab.apply(&"cart".into(), &capture.removal())),
        3 => captured
            .pop()
            .iter()
            .for_each(|capture| tab.apply(&"cart".into(), &capture.removal())),
        4 if capture.is_some() => {
            let patch = slice.patch(&key.into(), r#"{"note":null}"#, false, author).unwrap();
            tab.apply(&"cart".into(), &patch);
        }
        _ => increment(tab, key),
    }
}

#[test]
fn whatever_tabs_do_a_fresh_load_is_the_join_of_all_that_was_stored() {
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let shared = Shared::default();
        let mut tabs = vec![open(&shared, random.draw()), open(&shared, random.draw())];
        let mut captured = vec![Vec::new(); 4];
        for _ in 0..random.draw() % 200 {
            let at = random.draw() as usize % tabs.len();
            match random.draw() % 12 {
                0 => tabs[at].load(),
                1 => drop(tabs[at].compact()),
                2 => shared.full.set(!shared.full.get()),
                3 => {
                    tabs[at] = open(&shared, random.draw());
                    captured[at].clear();
                }
                4 if tabs.len() < 4 => tabs.push(open(&shared, random.draw())),
                5 => {
                    tabs[at].begin();
                    act(&mut tabs[at], &mut random, &mut captured[at]);
                    act(&mut tabs[at], &mut random, &mut captured[at]);
                    if random.draw().is_multiple_of(2) {
                        tabs[at].commit()
                    } else {
                        tabs[at].rollback()
                    }
                }
                _ => {
                    act(&mut tabs[at], &mut random, &mut captured[at]);
                    // A page may end before its microtask does, and what then isn't stored was never acknowledged.
                    if !random.draw().is_multiple_of(10) {
                        let _ = tabs[at].flush();
                    }
                }
            }
        }
        shared.full.set(false);
        for tab in &mut tabs {
            tab.flush().unwrap();
        }
        for _ in 0..12 {
            for tab in &mut tabs {
                tab.compact();
            }
        }
        let expected = oracle(&shared.log.borrow());
        let expected = expected
            .slices
            .iter()
            .find(|(name, _)| &**name == "cart")
            .map(|(_, slice)| slice);
        assert_eq!(view(open(&shared, 0).slice("cart")), view(expected), "seed {seed}");
        for tab in &mut tabs {
            tab.load();
            assert_eq!(view(tab.slice("cart")), view(expected), "seed {seed}");
        }
    }
}
