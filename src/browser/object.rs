//! JavaScript's objects, by the names of their properties: a typed binding for each property would cost the wasm build more than all
//! of this.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// An object that is the browser's or our own. Looking at it can't throw: a binding that catches makes a closure for each call, which
    /// takes several times as long.
    type Own;

    #[wasm_bindgen(method, indexing_getter)]
    fn get(this: &Own, name: &str) -> JsValue;

    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Own, name: &str, value: &JsValue);

    /// Copies all own properties. Throws what a getter of the source throws, which may be the caller's.
    #[wasm_bindgen(catch, js_namespace = Object)]
    pub(crate) fn assign(target: &Object, source: &JsValue) -> Result<Object, JsValue>;
}

/// A property of an object of the browser's or of our own, which needs no look at whether it is one.
pub(crate) fn own(object: &JsValue, name: &str) -> JsValue {
    object.unchecked_ref::<Own>().get(name)
}

/// The same, as a string; else empty.
pub(crate) fn own_text(object: &JsValue, name: &str) -> String {
    own(object, name).as_string().unwrap_or_default()
}

/// A property; undefined where there can be none.
pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    // It would throw, and making an error takes longer than all else here.
    if !object.is_object() && !object.is_function() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// A property that is a string; else empty.
pub(crate) fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

/// Sets a property of an object of our own.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    object.unchecked_ref::<Own>().set(name, value);
}

/// Sets a property to a string.
pub(crate) fn set_text(object: &Object, name: &str, value: &str) {
    set(object, name, &value.into());
}

/// Calls a method.
///
/// # Errors
/// What it throws.
pub(crate) fn call(object: &JsValue, method: &str, first: &JsValue, second: &JsValue) -> Result<JsValue, JsValue> {
    get(object, method)
        .unchecked_into::<Function>()
        .call2(object, first, second)
}

/// `new name(argument)`; undefined where the browser has no such thing.
pub(crate) fn construct(name: &str, argument: &JsValue) -> JsValue {
    let constructor: Function = get(&js_sys::global(), name).unchecked_into();
    Reflect::construct(&constructor, &Array::of1(argument)).unwrap_or_default()
}

/// An array of two. Much quicker than `Array.of` in Chromium.
pub(crate) fn pair(first: &JsValue, second: &JsValue) -> Array {
    let pair = Array::new();
    pair.push(first);
    pair.push(second);
    pair
}

/// What an iterable of pairs holds: a form, or headers.
pub(crate) fn pairs(iterable: &JsValue) -> Vec<(JsValue, JsValue)> {
    let mut pairs = Vec::new();
    let array = Array::from(iterable);
    for at in 0..array.length() {
        let pair: Array = array.get(at).unchecked_into();
        pairs.push((pair.get(0), pair.get(1)));
    }
    pairs
}
