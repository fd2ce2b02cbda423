use super::*;

const LINES: u64 = 5_000;

/// A cart, and a page that has it, with nothing left to compact.
fn filled(shared: &Shared) -> Journal {
    let mut page = open(shared, 1);
    for number in 0..LINES {
        put(
            &mut page,
            "cart",
            &format!("sku-{number}"),
            r#"{"price":4900,"qty":1,"title":"A lamp for the night"}"#,
        );
        if number % 50 == 0 {
            page.flush().unwrap();
        }
    }
    page.flush().unwrap();
    settle(&mut page);
    page
}

/// Bytes that an action reads and writes.
fn moved<R>(shared: &Shared, action: impl FnOnce() -> R) -> (usize, R) {
    let before = shared.moved.get();
    let result = action();
    (shared.moved.get() - before, result)
}

/// What a task may read and write: a chunk may be somewhat larger than it should.
const TASK: usize = Limits::DEFAULT.chunk * 2;

#[test]
fn no_step_of_compacting_moves_much_more_than_a_chunk() {
    let shared = Shared::default();
    let mut page = filled(&shared);
    let mut random = Random::new(1);
    let mut rounds = 0;
    for _ in 0..4_000 {
        increment(&mut page, &format!("sku-{}", random.draw() % LINES));
        page.flush().unwrap();
        loop {
            let (bytes, pace) = moved(&shared, || page.compact());
            assert!(bytes <= TASK, "{bytes} bytes");
            match pace {
                Some(Pace::Soon) => {}
                Some(Pace::Later) => {
                    rounds += 1;
                    wait(&mut page);
                }
                None => break,
            }
        }
    }
    assert!(rounds > 50, "{rounds}");
}

#[test]
fn what_is_stored_is_read_in_steps_and_shown_at_once() {
    let shared = Shared::default();
    let mut away = filled(&shared);
    let before = view(&away);
    let mut other = open(&shared, 2);
    let mut random = Random::new(1);
    for number in 0..2_000 {
        increment(&mut other, &format!("sku-{}", random.draw() % LINES));
        other.flush().unwrap();
        if number == 1_000 {
            settle(&mut other);
        }
    }
    let mut steps = 0;
    loop {
        let (bytes, more) = moved(&shared, || away.load_some(Limits::DEFAULT.chunk));
        assert!(bytes <= TASK, "{bytes} bytes");
        steps += 1;
        if !more {
            break;
        }
        assert_eq!(view(&away), before, "nothing shows before all is read");
    }
    assert!(steps > 10, "{steps}");
    assert_eq!(view(&away), view(&other));
}

#[test]
fn what_records_are_joined_with_is_read_in_steps() {
    let shared = Shared::default();
    let mut page = filled(&shared);
    let mut random = Random::new(1);
    for _ in 0..500 {
        increment(&mut page, &format!("sku-{}", random.draw() % LINES));
        page.flush().unwrap();
    }
    let mut fresh = Journal::new(
        Rc::new(shared),
        PREFIX.into(),
        NATIVE,
        Random::new(2),
        Limits::default(),
        Vec::new(),
    );
    let mut most = 0;
    loop {
        let before = unread(&fresh);
        let more = fresh.load_some(Limits::DEFAULT.chunk);
        most = most.max(before.saturating_sub(unread(&fresh)));
        if !more {
            break;
        }
    }
    assert!((1..=Limits::DEFAULT.chunk * 8).contains(&most), "{most} bytes");
    assert_eq!(view(&fresh), view(&page));
}

#[test]
fn opening_reads_in_steps() {
    let shared = Shared::default();
    let page = filled(&shared);
    let known = Vec::new();
    let storage = Rc::new(shared.clone());
    let mut fresh = Journal::new(storage, PREFIX.into(), NATIVE, Random::new(2), Limits::default(), known);
    let mut steps = 0;
    while {
        let (bytes, more) = moved(&shared, || fresh.load_some(Limits::DEFAULT.chunk));
        // Their texts alone.
        assert!(bytes <= TASK * 8, "{bytes} bytes");
        more
    } {
        steps += 1;
    }
    assert!(steps > 0, "{steps}");
    // What they say is read in steps, too, before anybody plans to write them anew.
    let mut left = unread(&fresh);
    assert!(left > 10 * Limits::DEFAULT.chunk, "{left}");
    while left > 0 {
        assert_eq!(fresh.compact(), Some(Pace::Soon));
        let before = core::mem::replace(&mut left, unread(&fresh));
        assert!((1..=TASK).contains(&(before - left)), "{before} {left}");
    }
    assert_eq!(view(&fresh), view(&page));
}

/// The bytes that were taken and not read yet.
fn unread(page: &Journal) -> usize {
    let parts = page.slice("cart").into_iter().flat_map(Slice::parts);
    parts.filter_map(|(_, part)| part.entries.unread()).sum()
}

fn view(page: &Journal) -> Vec<(Rc<str>, Option<String>)> {
    super::random::view(page.slice("cart"))
}

/// Half of a transaction may have been read.
#[test]
fn what_has_gone_while_the_rest_was_read_is_not_joined() {
    let shared = Shared::default();
    let (mut a, mut b) = (open(&shared, 1), open(&shared, 2));
    for key in ["lamp", "mug"] {
        increment(&mut a, key);
        a.flush().unwrap();
    }
    assert!(b.load_some(1));
    shared.keys().iter().for_each(|key| shared.remove(key));
    assert!(!b.load_some(usize::MAX));
    assert!(b.slice("cart").is_none());
}
