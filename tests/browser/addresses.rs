//! Addresses that only look like the application's: whatever the browser makes of them decides.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Network, Opened, Page, construct, get, object};

const AUTH: &str = r#""auth":{"refresh":"/auth/refresh","signOut":"/auth/sign-out",
    "audience":["https://api.example","https://xn--bcher-kva.example:8443"]}"#;
const RULES: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/api/*","token":true,"send":{"cart":"header","blocked":"query"}},
             {"match":"https://api.example/*","token":true,"send":{"cart":"header","blocked":"query"}},
             {"match":"https://xn--bcher-kva.example:8443/*","token":true,"send":{"cart":"header","blocked":"query"}}]"#;

fn open(page: &Page) -> Opened {
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.put(0, "lamp", "1");
    client.put(1, r#""mallory""#, "");
    client.signed_in("t1", 60);
    client
}

/// Whether token and state travelled; both or neither.
async fn carries(client: &Opened, network: &Network, input: &JsValue) -> bool {
    let before = network.count();
    client.fetch_input(input, &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(network.count(), before + 1);
    let call = network.calls().pop().unwrap();
    let token = call.token().is_some();
    assert_eq!(call.header("Holdall-State").is_some(), token, "{input:?}");
    assert_eq!(call.query().contains("blocked=mallory"), token, "{input:?}");
    token
}

#[wasm_bindgen_test]
async fn other_origins_get_nothing() {
    let page = Page::new("origins");
    let network = Network::ok();
    let client = open(&page);
    let location = web_sys::window().unwrap().location();
    let (own, host, port) = (
        location.origin().unwrap(),
        location.hostname().unwrap(),
        location.port().unwrap(),
    );
    for address in [
        "//evil.example/api/x",
        r"\\evil.example/api/x",
        r"/\evil.example/api/x",
        r"https:\\evil.example\api\x",
        "\t//evil.example/api/x",
        "/\n/evil.example/api/x",
        "https://evil.example/api/x",
        "https://evil.example/https://api.example/x",
        "https://evil.example/?https://api.example/x",
        "https://evil.example/#@api.example/x",
        r"https://evil.example\@api.example/x",
        "http://api.example/x",
        "https://api.example:444/x",
        "https://api.example:80/x",
        "https://api.example./x",
        "https://api.example.evil.example/x",
        "https://api.example%2eevil.example/x",
        "https://xapi.example/x",
        "https://x.api.example/x",
        "https://аpi.example/x",
        "https://api.exаmple/x",
        "https://bücher.example/x",
        "https://bücher.example:8444/x",
        "https://bucher.example:8443/x",
        &format!("http://localhost:{port}/api/x"),
        &format!("https://{host}:{port}/api/x"),
        &format!("http://{host}:1/api/x"),
        &format!("http://{host}/api/x"),
        &format!("{own}.evil.example/api/x").replace(&format!(":{port}"), ""),
    ] {
        assert!(!carries(&client, &network, &address.into()).await, "{address}");
    }
}

#[wasm_bindgen_test]
async fn every_spelling_of_the_right_origin_is_it() {
    let page = Page::new("spellings");
    let network = Network::ok();
    let client = open(&page);
    let location = web_sys::window().unwrap().location();
    let (own, host) = (location.origin().unwrap(), location.host().unwrap());
    for address in [
        "/api/x",
        "https://api.example/x",
        "HTTPS://API.EXAMPLE/x",
        "https://api.example:443/x",
        "https://api.exam\tple/x",
        "https://%61pi.example/x",
        r"https:\\api.example\x",
        r"https://api.example\@evil.example/x",
        "https://bücher.example:8443/x",
        "https://BÜCHER.example:8443/x",
        &format!("{own}/api/x"),
        &format!("//{host}/api/x"),
    ] {
        assert!(carries(&client, &network, &address.into()).await, "{address}");
    }
}

#[wasm_bindgen_test]
async fn paths_are_compared_as_the_browser_resolves_them() {
    let page = Page::new("paths");
    let network = Network::ok();
    let client = open(&page);
    for (address, expected) in [
        ("/api/x", true),
        ("/public/../api/x", true),
        ("/public/%2e%2e/api/x", true),
        ("/public/.%2E/api/x", true),
        (r"\api\x", true),
        ("/api/./x", true),
        ("/api/../public", false),
        ("/api/%2e%2e/public", false),
        ("/api/%2E%2e/public", false),
        (r"/api/..\public", false),
        ("/api/x/../../public", false),
        ("/API/x", false),
        ("/apix", false),
        ("/x/api/x", false),
        ("/public?/api/x", false),
        ("/public#/api/x", false),
    ] {
        assert_eq!(carries(&client, &network, &address.into()).await, expected, "{address}");
    }
}

#[wasm_bindgen_test]
async fn addresses_with_credentials_are_refused_as_by_fetch() {
    let page = Page::new("userinfo");
    let network = Network::ok();
    let client = open(&page);
    let host = web_sys::window().unwrap().location().host().unwrap();
    for address in [
        "https://api.example@evil.example/x",
        "https://api.example:443@evil.example/x",
        "https://user@api.example/x",
        &format!("http://{host}@evil.example/api/x"),
        &format!("http://user:password@{host}/api/x"),
    ] {
        let failure = client.fetch(address, &JsValue::UNDEFINED).await.unwrap_err();
        assert!(matches!(failure, holdall::browser::Failure::Browser(_)), "{address}");
    }
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn addresses_without_an_origin_pass_through_bare() {
    let page = Page::new("opaque");
    let network = Network::ok();
    let config =
        r#""slices":[{"name":"cart","kind":"map"}],"rules":[{"match":"/*","token":true,"send":{"cart":"header"}}]"#;
    let client = page.open(&format!("{AUTH},{config}"));
    client.put(0, "lamp", "1");
    client.signed_in("t1", 60);
    let blob: JsValue = construct("Blob", &[]);
    let url = get(&js_sys::global(), "URL");
    let create: js_sys::Function = get(&url, "createObjectURL").into();
    let blob = create.call1(&url, &blob).unwrap();
    let own = web_sys::window().unwrap().location().origin().unwrap();
    assert!(
        blob.as_string().unwrap().starts_with(&format!("blob:{own}/")),
        "its origin reads like the page's"
    );
    for input in [blob, "data:text/plain,x".into(), "about:blank".into()] {
        client.fetch_input(&input, &JsValue::UNDEFINED).await.unwrap();
        let call = network.calls().pop().unwrap();
        assert!(js_sys::Object::is(&call.input, &input) && call.init.is_undefined());
    }
}

#[wasm_bindgen_test]
async fn inputs_of_every_type_are_judged_alike() {
    let page = Page::new("inputs");
    let network = Network::ok();
    let client = open(&page);
    let liar = js_sys::Function::new_no_args(
        "let asked = 0; return { toString: () => (asked++ ? 'https://evil.example/x' : 'https://api.example/x') }",
    );
    for (address, expected) in [("https://api.example/x", true), ("https://evil.example/x", false)] {
        let url: JsValue = construct("URL", &[address.into()]);
        let request: JsValue = construct("Request", &[address.into()]);
        let text = js_sys::Function::new_with_args("text", "return { toString: () => text }")
            .call1(&JsValue::UNDEFINED, &address.into())
            .unwrap();
        for input in [url, request, text] {
            assert_eq!(carries(&client, &network, &input).await, expected, "{input:?}");
        }
    }
    // It names another address each time that it is asked.
    let liar = liar.call0(&JsValue::UNDEFINED).unwrap();
    client.fetch_input(&liar, &object(&[])).await.unwrap();
    let call = network.calls().pop().unwrap();
    assert!(call.token().is_none() || call.url().host() == "api.example");
}

/// While it lives, the document's addresses are relative to another one (HTML §4.2.3).
struct Base(JsValue);

impl Base {
    fn set(href: &str) -> Self {
        let make =
            "const base = document.createElement('base'); base.href = href; document.head.prepend(base); return base";
        let make = js_sys::Function::new_with_args("href", make);
        Self(make.call1(&JsValue::UNDEFINED, &href.into()).unwrap())
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        let remove: js_sys::Function = get(&self.0, "remove").into();
        remove.call0(&self.0).unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_text_is_judged_by_the_base_of_the_moment() {
    let page = Page::new("base");
    let network = Network::ok();
    let client = open(&page);
    let input = JsValue::from("/api/x");
    let own = web_sys::window().unwrap().location().origin().unwrap();
    for _ in 0..2 {
        assert!(carries(&client, &network, &input).await);
        assert_eq!(network.calls().pop().unwrap().url().origin(), own);
        let base = Base::set("https://evil.example/");
        assert!(!carries(&client, &network, &input).await);
        drop(base);
        let base = Base::set("https://api.example/");
        assert!(carries(&client, &network, &input).await);
        assert_eq!(network.calls().pop().unwrap().url().origin(), "https://api.example");
        drop(base);
    }
}

#[wasm_bindgen_test]
async fn texts_stay_apart_however_many_there_are() {
    let page = Page::new("many-texts");
    let network = Network::ok();
    let client = open(&page);
    for _ in 0..2 {
        for number in 0..40 {
            let (carried, bare) = (format!("/api/{number}?own={number}#part"), format!("/other/{number}"));
            assert!(carries(&client, &network, &carried.into()).await);
            let call = network.calls().pop().unwrap();
            assert_eq!(call.path(), format!("/api/{number}"));
            assert_eq!(call.query(), format!("?own={number}&blocked=mallory"));
            assert!(!carries(&client, &network, &bare.into()).await);
        }
    }
    // With methods as they are written, and as they are meant.
    for (method, sent) in [("PUT", "PUT"), ("put", "PUT"), ("Patch", "Patch"), ("PATCH", "PATCH")] {
        let init = object(&[("method", method.into())]);
        client.fetch_input(&"/api/1".into(), &init).await.unwrap();
        assert_eq!(network.calls().pop().unwrap().request.method(), sent);
    }
    let init = object(&[("method", "TRACE".into())]);
    assert!(
        client.fetch_input(&"/api/1".into(), &init).await.is_err(),
        "the browser refuses it"
    );
}
