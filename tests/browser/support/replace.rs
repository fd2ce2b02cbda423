use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::object;

/// A property of the page that is another for now; it comes back when this is dropped.
pub(crate) struct Replaced(Rc<Undo>);

/// Puts a value in a property's place.
pub(crate) fn replace(holder: &JsValue, name: &'static str, value: &JsValue) -> Replaced {
    define(
        holder,
        name,
        &object(&[("value", value.clone()), ("writable", true.into())]),
    )
}

/// Puts a getter in a property's place.
pub(crate) fn replace_getter(holder: &JsValue, name: &'static str, getter: &JsValue) -> Replaced {
    define(holder, name, &object(&[("get", getter.clone())]))
}

/// Brings back all that a test has left behind: one that fails drops nothing.
pub(super) fn restore_all() {
    let left: Vec<Rc<Undo>> = REPLACED.take();
    left.iter().rev().for_each(|undo| undo.restore());
}

thread_local! {
    static REPLACED: RefCell<Vec<Rc<Undo>>> = const { RefCell::new(Vec::new()) };
}

struct Undo {
    holder: JsValue,
    name: &'static str,
    /// Undefined: the holder didn't have it itself.
    descriptor: RefCell<Option<JsValue>>,
}

fn define(holder: &JsValue, name: &'static str, descriptor: &JsValue) -> Replaced {
    let owner: &Object = holder.unchecked_ref();
    let before = Reflect::get_own_property_descriptor(owner, &name.into()).unwrap();
    let undo = Rc::new(Undo {
        holder: holder.clone(),
        name,
        descriptor: RefCell::new(Some(before)),
    });
    Reflect::set(descriptor, &"configurable".into(), &true.into()).unwrap();
    assert!(Reflect::define_property(owner, &name.into(), descriptor.unchecked_ref()).unwrap());
    REPLACED.with_borrow_mut(|all| all.push(undo.clone()));
    Replaced(undo)
}

impl Undo {
    fn restore(&self) {
        let Some(descriptor) = self.descriptor.take() else {
            return;
        };
        let holder: &Object = self.holder.unchecked_ref();
        if descriptor.is_undefined() {
            Reflect::delete_property(holder, &self.name.into()).unwrap();
        } else {
            Reflect::define_property(holder, &self.name.into(), descriptor.unchecked_ref()).unwrap();
        }
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        self.0.restore();
    }
}
