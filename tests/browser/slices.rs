//! What the options of slices need of the browser: time, the application's look at what was read, and who is signed in.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use holdall::browser::{Driver, Event, Watcher};
use holdall::client::Config;
use holdall::store::Unchecked;
use js_sys::{Function, global};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{AUTH, FastTimers, Network, Page, local, microtasks, pass, replace, reply, sleep, until};

#[wasm_bindgen_test]
async fn what_expires_is_told_though_the_wall_clock_was_set_forward() {
    let page = Page::new("ttl-set-forward");
    let client =
        page.open(r#""slices":[{"name":"cart","kind":"map","ttl":60000},{"name":"seen","kind":"map","ttl":10000}]"#);
    let _fast = FastTimers::start();
    // Compacting would look at the clock, too.
    let _busy = replace(&global(), "requestIdleCallback", &Function::new_no_args(""));
    client.put(0, "lamp", "1");
    let _set = pass(120_000);
    client.put(1, "mug", "1");
    let _passed = pass(10_000);
    client.heard.changes();
    sleep(30_000).await;
    assert_eq!(client.heard.changes(), [(1, vec!["mug".to_owned()])]);
}

#[wasm_bindgen_test]
async fn an_entry_that_expires_is_told_of() {
    let page = Page::new("ttl");
    let client = page.open(r#""slices":[{"name":"cart","kind":"map","ttl":150}]"#);
    client.put(0, "lamp", "1");
    microtasks().await;
    assert_eq!(client.heard.changes().len(), 1);
    assert!(client.view(|client| client.store.entry(0, "lamp")).is_some());
    until(|| !client.heard.changes().is_empty()).await;
    assert_eq!(client.entry(0, "lamp"), None);
}

#[wasm_bindgen_test]
async fn a_read_after_the_end_needs_no_timer() {
    let page = Page::new("ttl-read");
    let client = page.open(r#""slices":[{"name":"cart","kind":"map","ttl":60000}]"#);
    client.put(0, "lamp", "1");
    let _later = pass(60_000);
    assert_eq!(client.view(|client| client.store.keys(0).len()), 0);
}

/// Shows what older versions have put in capitals, and calls the client meanwhile.
struct Shouting {
    driver: Rc<RefCell<Weak<Driver>>>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Watcher for Shouting {
    fn changed(&self, _: usize, _: &[Rc<str>], _: bool) {}

    fn read(&self, unchecked: &Unchecked) -> Option<String> {
        if let Some(driver) = self.driver.borrow().upgrade() {
            driver.read(|client| client.store.whole(0));
        }
        self.asked
            .borrow_mut()
            .push(format!("{} {}", unchecked.key, unchecked.version));
        Some(unchecked.json.to_uppercase()).filter(|_| &*unchecked.key != "bad")
    }

    fn event(&self, _: Event) {}
}

#[wasm_bindgen_test]
async fn the_application_looks_at_what_it_reads_and_not_at_what_it_puts() {
    let page = Page::new("checked");
    let old = page.open(r#""slices":[{"name":"cart","kind":"map"}]"#);
    old.put(0, "lamp", r#""lamp""#);
    old.put(0, "bad", r#""bad""#);
    microtasks().await;
    let config = r#"{"name":"checked","slices":[{"name":"cart","kind":"map","version":2,"check":true}]}"#;
    let (driver, asked) = (Rc::default(), Rc::<RefCell<Vec<String>>>::default());
    let watcher = Shouting {
        driver: Rc::clone(&driver),
        asked: asked.clone(),
    };
    let opened = Driver::open(&Config::from_json(config).unwrap(), Box::new(watcher)).unwrap();
    driver.replace(Rc::downgrade(&opened));
    let entry = |key: &str| opened.read(|client| client.store.entry(0, key));
    assert_eq!((entry("lamp").as_deref(), entry("bad")), (Some(r#""LAMP""#), None));
    opened.change(|client| client.store.put(0, "mug", r#""mug""#)).unwrap();
    assert_eq!(entry("mug").as_deref(), Some(r#""mug""#));
    old.put(0, "rug", r#""rug""#);
    microtasks().await;
    for key in page.records() {
        page.stored_elsewhere(Some(&key), local().get_item(&key).unwrap().as_deref());
    }
    assert_eq!(entry("rug").as_deref(), Some(r#""RUG""#));
    let mut asked = asked.take();
    asked.sort();
    assert_eq!(asked, ["bad 1", "lamp 1", "rug 1"]);
    opened.close();
}

#[wasm_bindgen_test]
async fn a_users_slices_come_and_go_with_the_session() {
    let page = Page::new("owner");
    let _network = Network::new(|_| reply(204, ""));
    let client = page.open(&format!(
        r#"{AUTH},"slices":[{{"name":"cart","kind":"map","owner":"user"}}]"#
    ));
    client.put(0, "lamp", "1");
    microtasks().await;
    client.signed_in("t1", 60);
    assert_eq!(client.keys(0), ["lamp"], "the guest's has become the user's");
    microtasks().await;
    assert_eq!(page.records_of_users().len(), 1);
    client.heard.changes();
    client.driver().sign_out(false).await.unwrap();
    assert!(client.keys(0).is_empty());
    assert_eq!(client.heard.changes(), [(0, vec!["lamp".to_owned()])]);
    client.signed_in("t2", 60);
    assert_eq!(client.keys(0), ["lamp"]);
    client.driver().sign_out(true).await.unwrap();
    client.signed_in("t3", 60);
    assert!(client.keys(0).is_empty(), "it was erased");
    assert!(page.records_of_users().is_empty());
}
