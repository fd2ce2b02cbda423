//! The shop, with Leptos.

use holdall::client::Config;
use holdall::front::{App, Map};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestInit;

#[derive(Clone, Serialize, Deserialize)]
struct Line {
    qty: u32,
}

static CART: Map<Line> = Map::new("cart");

const CONFIG: &str = r#"{
    "name": "shop",
    "slices": [{ "name": "cart", "kind": "map" }],
    "auth": { "refresh": "/auth/refresh", "signOut": "/auth/sign-out" },
    "rules": [{ "match": "POST /api/order", "token": "required", "send": { "cart": "body" } }]
}"#;

/// Sends a POST, and gives the answer's text.
async fn post(app: &App, url: &str) -> String {
    let init = RequestInit::new();
    init.set_method("POST");
    let response = app.fetch(url, &init).await.expect("an answer");
    let text = JsFuture::from(response.text().expect("a body")).await.expect("its text");
    text.as_string().unwrap_or_default()
}

#[component]
fn Cart(app: App) -> impl IntoView {
    let cart = app.slice(&CART);
    let lamps = move |app: &App| app.slice(&CART).get("lamp").map_or(0, |line| line.qty);
    let (qty, set_qty) = signal(lamps(&app));
    let (status, set_status) = signal(app.status().as_str());
    let (answer, set_answer) = signal(String::new());

    let (changed, told) = (app.clone(), app.clone());
    let subscriptions = (
        cart.subscribe(move |_| set_qty.set(lamps(&changed))),
        app.on_event(move |_| set_status.set(told.status().as_str())),
    );
    // They end with the component.
    let _kept = StoredValue::new_local(subscriptions);

    let (signing, sending) = (app.clone(), app);
    let add = move |_| cart.increment("lamp", "qty", 1.0, Some(&Line { qty: 0 })).expect("a change");
    let sign_in = move |_| {
        let app = signing.clone();
        spawn_local(async move { app.sign_in(&post(&app, "/auth/sign-in").await, None).expect("a token") });
    };
    let send = move |_| {
        let app = sending.clone();
        spawn_local(async move { set_answer.set(post(&app, "/api/order").await) });
    };
    view! {
        <p id="qty">{qty}</p>
        <p id="status">{status}</p>
        <button id="add" on:click=add>"Add"</button>
        <button id="sign-in" on:click=sign_in>"Sign in"</button>
        <button id="send" on:click=send>"Order"</button>
        <p id="answer">{answer}</p>
    }
}

fn main() {
    let config = Config::from_json(CONFIG).expect("a configuration");
    let app = App::open(&config).expect("a client");
    mount_to_body(move || view! { <Cart app=app.clone() /> });
}
