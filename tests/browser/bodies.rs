//! State in the body: merged into the caller's, whose own objects stay as they are.

use holdall::browser::Failure;
use js_sys::{Array, Function, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{FormData, UrlSearchParams};

use crate::support::{Call, Network, Opened, Page, construct, get, object, own};

const CONFIG: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/api/*","send":{"cart":"body","blocked":{"in":"body","as":"hidden"}}},
             {"match":"/query/*","send":{"blocked":"query"}}]"#;
const STATE: &str = r#""hidden":["mallory"],"cart":{"lamp":{"qty":2}}"#;

fn open(page: &Page) -> Opened {
    let client = page.open(CONFIG);
    client.put(0, "lamp", r#"{"qty":2}"#);
    client.put(1, r#""mallory""#, "");
    client
}

fn post(body: &JsValue, content_type: Option<&str>) -> JsValue {
    let headers = content_type.map_or_else(Object::new, |kind| {
        object(&[("content-type", kind.into())]).unchecked_into()
    });
    object(&[
        ("method", "POST".into()),
        ("body", body.clone()),
        ("headers", headers.into()),
    ])
}

fn content_type(call: &Call) -> String {
    call.header("Content-Type").unwrap()
}

#[wasm_bindgen_test]
async fn without_a_body_the_state_is_the_body() {
    let page = Page::new("no-body");
    let network = Network::ok();
    let client = open(&page);
    let no_body = object(&[("method", "POST".into())]);
    let request: JsValue = construct("Request", &["/api/x".into(), no_body.clone()]);
    client.fetch("/api/x", &no_body).await.unwrap();
    client.fetch("/api/x", &post(&JsValue::NULL, None)).await.unwrap();
    client.fetch_input(&request, &JsValue::UNDEFINED).await.unwrap();
    for call in network.calls() {
        assert_eq!(call.text().await, format!("{{{STATE}}}"));
        assert_eq!(content_type(&call), "application/json");
    }
    assert_eq!(network.count(), 3);
}

#[wasm_bindgen_test]
async fn the_callers_json_keeps_its_text() {
    let page = Page::new("json");
    let network = Network::ok();
    let client = open(&page);
    for (body, kind, merged) in [
        (
            r#"{"note": 1.0}"#,
            "application/json",
            format!(r#"{{"note": 1.0,{STATE}}}"#),
        ),
        ("{}", "Application/JSON; charset=utf-8", format!("{{{STATE}}}")),
        (" { }", "application/vnd.shop+json", format!(" {{ {STATE}}}")),
        ("", "application/json", format!("{{{STATE}}}")),
    ] {
        client.fetch("/api/x", &post(&body.into(), Some(kind))).await.unwrap();
        let call = network.calls().pop().unwrap();
        assert_eq!(call.text().await, merged);
        assert_eq!(content_type(&call), kind);
    }
}

#[wasm_bindgen_test]
async fn a_request_object_with_json_is_merged_like_a_text() {
    let page = Page::new("request-json");
    let network = Network::ok();
    let client = open(&page);
    let init = post(&r#"{"note":"é"}"#.into(), Some("application/json"));
    let request: JsValue = construct("Request", &["/api/x".into(), init]);
    client.fetch_input(&request, &JsValue::UNDEFINED).await.unwrap();
    let call = network.only();
    assert_eq!(call.text().await, format!(r#"{{"note":"é",{STATE}}}"#));
    assert_eq!(content_type(&call), "application/json");
}

#[wasm_bindgen_test]
async fn a_request_object_keeps_a_body_that_gets_no_state() {
    let page = Page::new("request-bytes");
    let network = Network::ok();
    let client = open(&page);
    let form: FormData = construct("FormData", &[]);
    form.append_with_str("name", "value").unwrap();
    let bytes = js_sys::Uint8Array::from(&[0_u8, 255, 10, 0][..]);
    for (body, kind) in [
        (JsValue::from(form), "multipart/form-data; boundary="),
        ("text".into(), "text/plain;charset=UTF-8"),
        (bytes.into(), ""),
    ] {
        let request: web_sys::Request = construct("Request", &["/query/x".into(), post(&body, None)]);
        let same = request.clone().unwrap();
        client.fetch_input(&request, &JsValue::UNDEFINED).await.unwrap();
        let call = network.calls().pop().unwrap();
        assert_eq!(call.query(), "?blocked=mallory");
        assert_eq!(bytes_of(&call.request).await, bytes_of(&same).await);
        assert!(call.header("Content-Type").unwrap_or_default().starts_with(kind));
        assert_eq!(call.header("Content-Type"), same.headers().get("Content-Type").unwrap());
    }
}

async fn bytes_of(request: &web_sys::Request) -> Vec<u8> {
    let buffer = request.clone().unwrap().array_buffer().unwrap();
    let buffer = wasm_bindgen_futures::JsFuture::from(buffer).await.unwrap();
    js_sys::Uint8Array::new(&buffer).to_vec()
}

#[wasm_bindgen_test]
async fn a_request_whose_body_was_used_is_refused_as_by_fetch() {
    let page = Page::new("used");
    let network = Network::ok();
    let client = open(&page);
    for address in ["/api/x", "/query/x", "/other"] {
        let init = post(&r#"{"note":1}"#.into(), Some("application/json"));
        let request: JsValue = construct("Request", &[address.into(), init]);
        let text: Function = get(&request, "text").unchecked_into();
        let text: js_sys::Promise = text.call0(&request).unwrap().unchecked_into();
        wasm_bindgen_futures::JsFuture::from(text).await.unwrap();
        let failure = client.fetch_input(&request, &JsValue::UNDEFINED).await;
        let Err(Failure::Browser(error)) = failure else {
            panic!("{address} was sent");
        };
        assert!(error.is_instance_of::<js_sys::TypeError>(), "{address}: {error:?}");
    }
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn a_form_is_copied_with_the_state_as_fields() {
    let page = Page::new("form");
    let network = Network::ok();
    let client = open(&page);
    let file: JsValue = construct(
        "File",
        &[
            Array::of1(&"content".into()).into(),
            "note.txt".into(),
            object(&[("type", "text/x".into())]),
        ],
    );
    let form: FormData = construct("FormData", &[]);
    for value in ["one", "two"] {
        form.append_with_str("choice", value).unwrap();
    }
    form.append_with_blob("file", file.unchecked_ref()).unwrap();
    client.fetch("/api/x", &post(&form, None)).await.unwrap();

    let sent: FormData = get(&network.only().init, "body").unchecked_into();
    assert!(!Object::is(&sent, &form));
    assert_eq!(sent.get("cart").as_string().unwrap(), r#"{"lamp":{"qty":2}}"#);
    assert_eq!(sent.get("hidden").as_string().unwrap(), r#"["mallory"]"#);
    assert_eq!(sent.get_all("choice").to_vec(), ["one", "two"]);
    assert_eq!(get(&sent.get("file"), "name"), "note.txt");
    assert_eq!(get(&sent.get("file"), "type"), "text/x");
    assert_eq!(get(&sent.get("file"), "size"), 7);
    let kind = content_type(&network.only());
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");

    assert!(
        !form.has("cart") && !form.has("hidden"),
        "the caller's own stays as it was"
    );
    assert_eq!(form.get_all("choice").length(), 2);
}

#[wasm_bindgen_test]
async fn parameters_are_copied_with_the_state_as_fields() {
    let page = Page::new("parameters");
    let network = Network::ok();
    let client = open(&page);
    let parameters = UrlSearchParams::new_with_str("a=1&a=%20+é").unwrap();
    client.fetch("/api/x", &post(&parameters, None)).await.unwrap();
    let sent: UrlSearchParams = get(&network.only().init, "body").unchecked_into();
    assert_eq!(sent.get("cart").as_deref(), Some(r#"{"lamp":{"qty":2}}"#));
    assert_eq!(sent.get("hidden").as_deref(), Some(r#"["mallory"]"#));
    assert_eq!(sent.get_all("a").to_vec(), ["1", "  é"]);
    assert!(content_type(&network.only()).starts_with("application/x-www-form-urlencoded"));
    assert_eq!(String::from(parameters.to_string()), "a=1&a=++%C3%A9");
}

#[wasm_bindgen_test]
async fn members_of_the_callers_own_are_never_doubled() {
    let page = Page::new("body-clash");
    let network = Network::ok();
    let client = open(&page);
    let form: FormData = construct("FormData", &[]);
    form.append_with_str("hidden", "").unwrap();
    let parameters = UrlSearchParams::new_with_str("cart=").unwrap();
    for init in [
        post(&r#"{"cart":1}"#.into(), Some("application/json")),
        post(&r#"{"\u0063art":1}"#.into(), Some("application/json")),
        post(&form, None),
        post(&parameters, None),
    ] {
        assert_eq!(own(client.fetch("/api/x", &init).await), Some("name-clash"));
    }
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn what_state_cant_be_put_into_is_not_sent() {
    let page = Page::new("not-mergeable");
    let network = Network::ok();
    let client = open(&page);
    let blob: JsValue = construct("Blob", &[Array::of1(&"{}".into()).into()]);
    let bytes: JsValue = js_sys::Uint8Array::from(&b"{}"[..]).into();
    let stream = Function::new_no_args("return new Blob(['{}']).stream()")
        .call0(&JsValue::UNDEFINED)
        .unwrap();
    let json = Some("application/json");
    for (index, init) in [
        post(&"{}".into(), None),
        post(&"{}".into(), Some("text/plain")),
        post(&"{}".into(), Some("application/jsonp")),
        post(&"[]".into(), json),
        post(&"{".into(), json),
        post(&blob, json),
        post(&bytes, json),
        post(&stream, json),
        JsValue::UNDEFINED,
        object(&[("method", "HEAD".into())]),
    ]
    .iter()
    .enumerate()
    {
        let refused = client.fetch("/api/x", init).await;
        assert_eq!(own(refused), Some("body-not-mergeable"), "case {index}");
    }
    let form: FormData = construct("FormData", &[]);
    let request: JsValue = construct("Request", &["/api/x".into(), post(&form, None)]);
    let refused = client.fetch_input(&request, &JsValue::UNDEFINED).await;
    assert_eq!(own(refused), Some("body-not-mergeable"));
    assert_eq!(network.count(), 0);
}
