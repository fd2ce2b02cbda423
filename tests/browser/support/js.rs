use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// An object of these members.
pub(crate) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

/// `new name(...arguments)`, of whatever the page has.
pub(crate) fn construct<T: JsCast>(name: &str, arguments: &[JsValue]) -> T {
    let arguments: Array = arguments.iter().collect();
    let constructor: Function = get(&js_sys::global(), name).unchecked_into();
    Reflect::construct(&constructor, &arguments).unwrap().unchecked_into()
}

/// Lets every microtask run that is due, and those that follow from them, but no other task.
pub(crate) async fn microtasks() {
    for _ in 0..30 {
        JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await.unwrap();
    }
}

/// The rejections that nobody handles from now on, as the browser reports them.
pub(crate) fn unhandled() -> Array {
    let code = "{ const all = []; addEventListener('unhandledrejection', (event) => all.push(event.reason)); all }";
    js_sys::eval(code).unwrap().unchecked_into()
}

/// The text of a `Response` or `Request`.
pub(crate) async fn text_of(message: &JsValue) -> String {
    let copy = call(message, "clone");
    let text: Promise = call(&copy, "text").unchecked_into();
    JsFuture::from(text).await.unwrap().as_string().unwrap()
}

fn call(object: &JsValue, method: &str) -> JsValue {
    get(object, method).unchecked_into::<Function>().call0(object).unwrap()
}
