use super::*;

const VISITS: u64 = 10_000;
const LINES: u64 = 100;
/// When a page begins to compact, and how long a step takes with the idle time before it.
const BEGIN: u64 = 3_000;
const STEP: u64 = 50;

/// Visits of a second to a minute that change one line each. Some end before what they have compacted is confirmed.
#[test]
fn visits_of_any_length_leave_little_behind() {
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
    let (mut most_keys, mut most_bytes, mut most_live, mut most_read) = (0, 0, 0, 0);
    for visit in 0..VISITS {
        let before = shared.moved.get();
        let mut page = open(&shared, random.draw());
        most_read = most_read.max(shared.moved.get() - before);
        page.tick(at(time));
        increment(&mut page, &format!("sku-{}", random.draw() % LINES));
        page.flush().unwrap();
        let end = time + 1_000 + random.draw() % 60_000;
        time += BEGIN;
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
        (most_keys, most_bytes) = (most_keys.max(keys), most_bytes.max(bytes));
        if visit % 100 == 0 {
            most_live = most_live.max(live(&page));
        }
    }
    assert!(
        most_bytes <= 2 * most_live + 64 * 1024,
        "{most_bytes} bytes of {most_live}"
    );
    assert!(
        most_keys <= 80 && most_read <= most_bytes,
        "{most_keys} keys, {most_read} bytes read"
    );
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
