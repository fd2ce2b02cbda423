//! The typed client for front ends in Rust.

use std::cell::RefCell;
use std::rc::Rc;

use holdall::client::Config;
use holdall::error::Code;
use holdall::front::{App, Event, Map, Object, Set};
use holdall::session::Status;
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    title: String,
    qty: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Filters {
    in_stock: bool,
    seen: u32,
}

static CART: Map<Line> = Map::new("cart");
static FILTERS: Object<Filters> = Object::new("filters");
static BLOCKED: Set<String> = Set::new("blocked");
static MISSING: Map<Line> = Map::new("missing");

fn open(name: &str) -> App {
    let slices = r#"[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"},
        {"name":"filters","kind":"object","initial":{"in_stock":true,"seen":0}}]"#;
    let auth = r#"{"refresh":"/auth/refresh","signOut":"/auth/sign-out"}"#;
    let text = format!(r#"{{"name":"{name}","slices":{slices},"auth":{auth},"rules":[]}}"#);
    App::open(&Config::from_json(&text).unwrap()).unwrap()
}

fn lamp(qty: u32) -> Line {
    Line {
        title: "Lamp".into(),
        qty,
    }
}

#[wasm_bindgen_test]
fn slices_have_types_and_outlive_the_client() {
    let app = open("front-types");
    let cart = app.slice(&CART);
    cart.increment("lamp", "qty", 2.0, Some(&lamp(0))).unwrap();
    cart.set(
        "mug",
        &Line {
            title: "Mug".into(),
            qty: 1,
        },
    )
    .unwrap();
    cart.patch("mug", &serde_json::json!({ "qty": 4 })).unwrap();
    app.slice(&BLOCKED).add(&"mallory".to_owned()).unwrap();
    app.slice(&FILTERS)
        .patch(&serde_json::json!({ "in_stock": false }))
        .unwrap();
    app.slice(&FILTERS).increment("seen", 1.0).unwrap();
    app.close();

    let app = open("front-types");
    let cart = app.slice(&CART);
    assert_eq!(cart.get("lamp"), Some(lamp(2)));
    let entries: Vec<(String, u32)> = cart
        .entries()
        .iter()
        .map(|(key, line)| (key.to_string(), line.qty))
        .collect();
    assert_eq!(entries, [("lamp".to_owned(), 2), ("mug".to_owned(), 4)]);
    assert!(app.slice(&BLOCKED).has(&"mallory".to_owned()));
    assert_eq!(app.slice(&BLOCKED).members(), ["mallory"]);
    assert_eq!(
        app.slice(&FILTERS).get(),
        Some(Filters {
            in_stock: false,
            seen: 1
        })
    );
    assert_eq!((cart.delete("mug"), cart.delete("mug")), (Ok(true), Ok(false)));
    assert_eq!(app.slice(&BLOCKED).delete(&"mallory".to_owned()), Ok(true));
    app.slice(&FILTERS).clear().unwrap();
    assert_eq!(
        app.slice(&FILTERS).get(),
        Some(Filters {
            in_stock: true,
            seen: 0
        })
    );
    assert_eq!(
        app.slice(&MISSING).set("a", &lamp(1)).unwrap_err().code,
        Code::UnknownSlice
    );
    assert_eq!(app.slice(&MISSING).get("a"), None);
    app.close();
}

#[wasm_bindgen_test]
fn a_transaction_is_told_once_and_undone_as_a_whole() {
    let app = open("front-transaction");
    let cart = app.slice(&CART);
    let told = Rc::new(RefCell::new(Vec::new()));
    let telling = told.clone();
    let subscription = cart.subscribe(move |keys| telling.borrow_mut().push(keys.len()));
    let done = app.transaction(|| {
        cart.set("lamp", &lamp(1))?;
        cart.set("mug", &lamp(2))
    });
    assert_eq!((done, &*told.borrow()), (Ok(()), &vec![2]));
    let undone = app.transaction(|| {
        cart.clear()?;
        cart.increment("absent", "qty", 1.0, None)
    });
    assert_eq!(undone.unwrap_err().code, Code::NoEntry);
    assert_eq!(cart.entries().len(), 2);
    let before = told.borrow().len();
    drop(subscription);
    cart.clear().unwrap();
    assert_eq!(told.borrow().len(), before);
    app.close();
}

#[wasm_bindgen_test]
fn a_listener_may_change_things_and_end_its_own_subscription() {
    let app = open("front-listeners");
    let own = Rc::new(RefCell::new(None));
    let (ending, changing) = (own.clone(), app.clone());
    let subscription = app.slice(&CART).subscribe(move |_| {
        ending.borrow_mut().take();
        changing.slice(&BLOCKED).add(&"mallory".to_owned()).unwrap();
    });
    own.replace(Some(subscription));
    app.slice(&CART).set("lamp", &lamp(1)).unwrap();
    app.slice(&CART).set("lamp", &lamp(2)).unwrap();
    assert!(own.borrow().is_none());
    assert_eq!(app.slice(&BLOCKED).members(), ["mallory"]);
    app.close();
}

#[wasm_bindgen_test]
async fn it_has_a_session_and_events() {
    let app = open("front-session");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let hearing = heard.clone();
    let subscription = app.on_event(move |event| {
        if let Event::Session(status) = event {
            hearing.borrow_mut().push(*status);
        }
    });
    let response = r#"{"access_token":"canary","token_type":"Bearer","expires_in":60}"#;
    app.sign_in(response, Some(r#"{"sub":"ada"}"#)).unwrap();
    assert_eq!(app.status(), Status::SignedIn);
    assert_eq!(app.user().as_deref(), Some(r#"{"sub":"ada"}"#));
    assert_eq!(&*app.token().await.unwrap(), "canary");
    assert!(heard.borrow().contains(&Status::SignedIn));
    assert!(!format!("{app:?}{:?}", app.slice(&CART)).contains("canary"));
    drop(subscription);
    app.close();
}
