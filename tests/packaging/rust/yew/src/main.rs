//! The shop, with Yew.

use holdall::client::Config;
use holdall::front::{App, Map};
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::RequestInit;
use yew::prelude::*;

#[derive(Serialize, Deserialize)]
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

thread_local! {
    static SHOP: App = App::open(&Config::from_json(CONFIG).expect("a configuration")).expect("a client");
}

fn shop() -> App {
    SHOP.with(App::clone)
}

fn lamps() -> u32 {
    shop().slice(&CART).get("lamp").map_or(0, |line| line.qty)
}

/// Sends a POST, and gives the answer's text.
async fn post(url: &str) -> String {
    let init = RequestInit::new();
    init.set_method("POST");
    let response = shop().fetch(url, &init).await.expect("an answer");
    let text = JsFuture::from(response.text().expect("a body")).await.expect("its text");
    text.as_string().unwrap_or_default()
}

#[component]
fn Cart() -> Html {
    let qty = use_state(lamps);
    let status = use_state(|| shop().status().as_str());
    let answer = use_state(String::new);
    {
        let (qty, status) = (qty.clone(), status.clone());
        // The subscriptions are dropped with the component.
        use_effect_with((), move |()| {
            let subscriptions = (
                shop().slice(&CART).subscribe(move |_| qty.set(lamps())),
                shop().on_event(move |_| status.set(shop().status().as_str())),
            );
            move || drop(subscriptions)
        });
    }
    let add = |_| shop().slice(&CART).increment("lamp", "qty", 1.0, Some(&Line { qty: 0 })).expect("a change");
    let sign_in = |_| spawn_local(async { shop().sign_in(&post("/auth/sign-in").await, None).expect("a token") });
    let send = {
        let answer = answer.clone();
        move |_| {
            let answer = answer.clone();
            spawn_local(async move { answer.set(post("/api/order").await) });
        }
    };
    html! {
        <>
            <p id="qty">{ *qty }</p>
            <p id="status">{ *status }</p>
            <button id="add" onclick={add}>{ "Add" }</button>
            <button id="sign-in" onclick={sign_in}>{ "Sign in" }</button>
            <button id="send" onclick={send}>{ "Order" }</button>
            <p id="answer">{ (*answer).clone() }</p>
        </>
    }
}

fn main() {
    yew::Renderer::<Cart>::new().render();
}
