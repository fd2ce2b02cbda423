use super::*;

const LINES: u64 = 100;
/// When a page begins to compact, and how long a step takes with the idle time before it.
const BEGIN: u64 = 3_000;
const STEP: u64 = 50;

/// What many visits that change one line each have left behind at most, and what a fresh snapshot takes.
struct Most {
    keys: usize,
    bytes: usize,
    live: usize,
    read: usize,
}

/// So many visits of at least a second, each with a draw of milliseconds added that is below `spread`.
fn visits(count: u64, spread: u64) -> Most {
    let shared = Shared::default();
    let mut random = Random::new(7);
    let mut filler = open(&shared, 1);
    for number in 0..LINES {
        let line = r#"{"price":4900,"qty":1,"title":"Article 17 in a plain box"}"#;
        put(&mut filler, "cart", &format!("sku-{number}"), line);
    }
    filler.flush().unwrap();
    settle(&mut filler);
    let mut time = filler.now.wall;
    let mut most = Most {
        keys: 0,
        bytes: 0,
        live: 0,
        read: 0,
    };
    for visit in 0..count {
        let before = shared.moved.get();
        let mut page = open(&shared, random.draw());
        most.read = most.read.max(shared.moved.get() - before);
        page.tick(at(time));
        increment(&mut page, &format!("sku-{}", random.draw() % LINES));
        page.flush().unwrap();
        let end = time + 1_000 + random.draw() % spread;
        time += if page.is_overdue() { STEP } else { BEGIN };
        while time < end {
            page.tick(at(time));
            match page.compact() {
                Some(Pace::Soon) => time += STEP,
                Some(Pace::Later) => time += 10_000,
                None => break,
            }
        }
        time = end;
        let (keys, bytes) = footprint(&shared);
        (most.keys, most.bytes) = (most.keys.max(keys), most.bytes.max(bytes));
        if visit % 100 == 0 {
            most.live = most.live.max(live(&page));
        }
    }
    let fresh = open(&shared, 0);
    let value = |sku| get(&fresh, "cart", &format!("sku-{sku}")).unwrap();
    let quantity = |value: String| value.split([':', ',']).nth(3).unwrap().parse::<u64>().unwrap();
    assert_eq!((0..LINES).map(|sku| quantity(value(sku)) - 1).sum::<u64>(), count);
    most
}

/// Some end before what they have compacted is confirmed.
#[test]
fn visits_of_any_length_leave_little_behind() {
    let Most {
        keys,
        bytes,
        live,
        read,
    } = visits(10_000, 60_000);
    assert!(bytes <= 2 * live + 64 * 1024, "{bytes} bytes of {live}");
    assert!(keys <= 80 && read <= bytes, "{keys} keys, {read} bytes read");
}

/// All end before anything is confirmed: that others were born since must do.
#[test]
fn visits_of_seconds_leave_little_behind() {
    let Most {
        keys,
        bytes,
        live,
        read,
    } = visits(3_000, 4_000);
    assert!(bytes <= 2 * live + 64 * 1024, "{bytes} bytes of {live}");
    assert!(keys <= 200 && read <= bytes, "{keys} keys, {read} bytes read");
}

#[test]
fn a_page_goes_on_where_another_has_ended() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    for number in 0..2_000 {
        put(&mut a, "cart", &format!("sku-{number}"), "1");
        a.flush().unwrap();
        if number % 50 == 0 {
            settle(&mut a);
        }
    }
    assert!(write_compact(&mut a));
    let written = shared.log.borrow().len();
    let before = shared.keys().len();
    let mut b = open(&shared, 2);
    settle(&mut b);
    assert_eq!(shared.log.borrow().len(), written, "nothing is written again");
    assert!(shared.keys().len() < before);
    assert_eq!(open(&shared, 3).slice("cart").unwrap().keys().len(), 2_000);
}

/// Records that contain a snapshot may go at any time in favour of another one.
#[test]
fn nothing_is_taken_over_in_favour_of_records() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    for number in 0..500 {
        put(&mut a, "cart", &format!("sku-{number}"), &"1".repeat(60));
        a.flush().unwrap();
    }
    let records = shared.keys();
    assert!(write_compact(&mut a));
    let snapshots: Vec<String> = shared.keys().into_iter().filter(|key| !records.contains(key)).collect();
    let texts: Vec<String> = snapshots.iter().map(|key| shared.get(key).unwrap()).collect();
    snapshots.iter().for_each(|key| shared.remove(key));
    // They come when it has read some records already.
    let storage = Rc::new(shared.clone());
    let mut b = Journal::new(
        storage,
        PREFIX.into(),
        NATIVE,
        Random::new(2),
        Limits::default(),
        Vec::new(),
    );
    let bytes: usize = records.iter().map(|key| shared.get(key).unwrap().len()).sum();
    assert!(b.load_some(bytes));
    for (key, text) in snapshots.iter().zip(&texts) {
        shared.storage.set(key, text).unwrap();
    }
    b.load();
    assert!(b.take_over().is_none());
}

/// Also if others have come in its place before the page began.
#[test]
fn nothing_is_taken_over_if_some_of_what_contains_it_has_gone() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    for number in 0..500 {
        put(&mut a, "cart", &format!("sku-{number}"), &"1".repeat(60));
        a.flush().unwrap();
    }
    assert!(write_compact(&mut a));
    let mut b = open(&shared, 2);
    let mut c = open(&shared, 3);
    assert_eq!(b.compact(), Some(Pace::Later));
    let snapshot = shared.keys().into_iter().find(|key| key.contains("/s/")).unwrap();
    let before = shared.keys().len() - 1;
    shared.remove(&snapshot);
    c.load();
    assert_eq!(c.compact(), Some(Pace::Later));
    for page in [&mut b, &mut c] {
        wait(page);
        page.compact();
        assert_eq!(shared.keys().len(), before);
    }
}

/// Whoever has merged records may be about to do the reverse.
#[test]
fn no_merged_record_is_taken_over_in_favour_of_another() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    let text = shared.get(&shared.keys()[0]).unwrap();
    shared.keys().iter().for_each(|key| shared.remove(key));
    for name in ["m/1", "m/2"] {
        shared.storage.set(&format!("{PREFIX}{name}"), &text).unwrap();
    }
    assert!(open(&shared, 2).take_over().is_none());
}
