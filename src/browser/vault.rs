//! IndexedDB (W3C): one record in one store, changed by one transaction at a time.

use std::rc::Rc;

use js_sys::{Function, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::clock;
use super::driver::Driver;
use super::object::{call, get, set, set_text, text};
use super::promise::{awaited, deferred};
use crate::core::text::concat;
use crate::session::{VaultOp, VaultWrite};

const STORE: &str = "session";
const KEY: &str = "refresh";

impl Driver {
    /// Runs a transaction: the core reads what is stored, and says what is to be.
    pub(super) async fn transact(self: Rc<Self>, op: VaultOp) {
        let stored = self.try_transact(&op).await.is_ok();
        self.client.borrow_mut().vault_done(&op, stored, clock::now());
        self.react();
    }

    async fn try_transact(&self, op: &VaultOp) -> Result<(), JsValue> {
        let opening = call(
            &get(&js_sys::global(), "indexedDB"),
            "open",
            &concat(&[&self.name, "/session"]).into(),
            &JsValue::UNDEFINED,
        )?;
        if event(&opening, &["upgradeneeded", "success", "error"]).await? == "upgradeneeded" {
            call(
                &get(&opening, "result"),
                "createObjectStore",
                &STORE.into(),
                &JsValue::UNDEFINED,
            )?;
            event(&opening, &["success", "error"]).await?;
        }
        let database = get(&opening, "result");
        let result = self.in_transaction(&database, op).await;
        drop(call(&database, "close", &JsValue::UNDEFINED, &JsValue::UNDEFINED));
        result
    }

    /// Between its requests nothing else is awaited: a transaction that has nothing to do ends by itself.
    async fn in_transaction(&self, database: &JsValue, op: &VaultOp) -> Result<(), JsValue> {
        let begin: Function = get(database, "transaction").unchecked_into();
        let options = Object::new();
        // Whoever sends a refresh token twice may lose the session.
        set_text(&options, "durability", "strict");
        let transaction = begin.call3(database, &STORE.into(), &"readwrite".into(), &options)?;
        let store = call(&transaction, "objectStore", &STORE.into(), &JsValue::UNDEFINED)?;
        let reading = call(&store, "get", &KEY.into(), &JsValue::UNDEFINED)?;
        event(&reading, &["success", "error"]).await?;
        let text = get(&reading, "result").as_string();
        let write = self.client.borrow_mut().vault_read(op, text.as_deref(), clock::now());
        match write {
            VaultWrite::Nothing => return Ok(()),
            VaultWrite::Put(text) => call(&store, "put", &(&*text.0).into(), &KEY.into())?,
            VaultWrite::Delete => call(&store, "delete", &KEY.into(), &JsValue::UNDEFINED)?,
        };
        event(&transaction, &["complete", "abort"]).await?;
        Ok(())
    }
}

/// Waits for the first of these events, and gives its name.
///
/// # Errors
/// If it says that something has failed.
async fn event(target: &JsValue, names: &[&str]) -> Result<String, JsValue> {
    let (happened, happen) = deferred();
    for name in names {
        set(target.unchecked_ref(), &concat(&["on", name]), &happen);
    }
    let name = text(&awaited(&happened).await?, "type");
    match &*name {
        "error" | "abort" => Err(JsValue::UNDEFINED),
        _ => Ok(name),
    }
}
