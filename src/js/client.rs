use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::host::{Host, array};
use crate::browser::{Driver, Failure, Sent, Settled, Settling, promised, then};
use crate::client::Config;
use crate::error::Error;

/// The client, as the TypeScript facade uses it. Slices go by their index in the configuration, values by their JSON text.
#[wasm_bindgen]
pub struct Client {
    driver: Rc<Driver>,
    host: Host,
}

#[wasm_bindgen]
impl Client {
    /// Opens a client. `config` is JSON. It is to be used only when `loadSome` says that there is no more.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, host: Host) -> Result<Client, JsValue> {
        let opened = Config::from_json(config).and_then(|config| Driver::new(&config, Box::new(host.clone())));
        let driver = opened.map_err(|error| host.refuse(&error))?;
        Ok(Self { driver, host })
    }

    /// Reads what is stored, one task's worth; gives whether there is more.
    #[wasm_bindgen(js_name = loadSome)]
    pub fn load_some(&self) -> bool {
        self.driver.load_some()
    }

    /// Puts a value as a whole.
    pub fn put(&self, slice: usize, key: &str, json: &str) -> Result<(), JsValue> {
        self.thrown(self.driver.change(|client| client.store.put(slice, key, json)))
    }

    /// Puts some fields.
    pub fn patch(&self, slice: usize, key: &str, json: &str) -> Result<(), JsValue> {
        self.thrown(self.driver.change(|client| client.store.patch(slice, key, json)))
    }

    /// Adds to a field.
    pub fn increment(
        &self,
        slice: usize,
        key: &str,
        field: &str,
        by: f64,
        init: Option<String>,
    ) -> Result<(), JsValue> {
        self.thrown(
            self.driver
                .change(|client| client.store.increment(slice, key, field, by, init.as_deref())),
        )
    }

    /// Removes an entry; gives whether it was there.
    pub fn remove(&self, slice: usize, key: &str) -> Result<bool, JsValue> {
        self.thrown(self.driver.change(|client| client.store.remove(slice, key)))
    }

    /// Removes everything.
    pub fn clear(&self, slice: usize) -> Result<(), JsValue> {
        self.thrown(self.driver.change(|client| client.store.clear(slice)))
    }

    /// Starts a transaction.
    pub fn begin(&self) -> Result<(), JsValue> {
        self.thrown(self.driver.change(|client| client.store.begin()))
    }

    /// Keeps what the transaction did.
    pub fn commit(&self) -> Result<(), JsValue> {
        self.end(true)
    }

    /// Undoes what the transaction did.
    pub fn rollback(&self) -> Result<(), JsValue> {
        self.end(false)
    }

    /// An entry as JSON.
    pub fn entry(&self, slice: usize, key: &str) -> Option<String> {
        self.driver.view(|client| client.store.entry(slice, key))
    }

    /// The keys that are there, in order.
    #[wasm_bindgen(unchecked_return_type = "string[]")]
    pub fn keys(&self, slice: usize) -> Array {
        array(&self.driver.view(|client| client.store.keys(slice)))
    }

    /// Whether what another library had stored for the slice was taken over.
    pub fn adopted(&self, slice: usize) -> bool {
        self.driver.read(|client| client.store.is_adopted(slice))
    }

    /// Notes that it was.
    #[wasm_bindgen(js_name = setAdopted)]
    pub fn set_adopted(&self, slice: usize) -> Result<(), JsValue> {
        self.thrown(self.driver.change(|client| {
            client.store.set_adopted(slice);
            Ok(())
        }))
    }

    /// Everything that is stored, as JSON.
    pub fn export(&self) -> String {
        self.driver.read(|client| client.store.export())
    }

    /// Who is signed in, if anybody: `restoring`, `signed-out`, `signed-in` or `ended`.
    pub fn status(&self) -> String {
        self.driver.read(|client| client.session.status()).as_str().to_owned()
    }

    /// The user as JSON.
    pub fn user(&self) -> Option<String> {
        self.driver
            .read(|client| client.session.user().map(|user| String::from(&**user)))
    }

    /// Settles when it is known whether somebody is signed in.
    pub fn ready(&self) -> Promise {
        let driver = self.driver.clone();
        self.promised(async move {
            driver.ready().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Starts a session.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, response: &str, user: Option<String>) -> Result<(), JsValue> {
        self.thrown(self.driver.sign_in(response, user.as_deref()))
    }

    /// Ends the session.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, erase: Option<bool>) -> Promise {
        let confirmed = self.driver.sign_out(erase.unwrap_or_default());
        self.promised(async move { confirmed.await.map(|()| JsValue::UNDEFINED) })
    }

    /// A valid access token.
    pub fn token(&self) -> Promise {
        let driver = self.driver.clone();
        self.promised(async move { Ok(JsValue::from_str(&driver.token().await?)) })
    }

    /// Sends a request with the token and the state that the rules say.
    pub fn fetch(&self, input: &JsValue, init: &JsValue) -> Promise {
        match self.driver.send(input, init) {
            Ok(Sent::Untouched(promise)) => promise,
            Ok(Sent::Tended(tended, promise)) => {
                let settled = Settled::default();
                let answer = self.settling(self.driver.clone().tend(tended, settled.clone()));
                match promise {
                    Some(promise) => then(&promise, &settled, answer),
                    None => promised(answer),
                }
            }
            Err(failure) => Promise::reject(&self.host.reject(failure)),
        }
    }

    /// Puts other rules in place, as JSON.
    #[wasm_bindgen(js_name = setRules)]
    pub fn set_rules(&self, rules: &str) -> Result<(), JsValue> {
        self.thrown(
            Config::rules_from_json(rules).and_then(|rules| self.driver.change(|client| client.set_rules(&rules))),
        )
    }

    /// The request as `fetch` would send it, without the token.
    pub fn prepare(&self, input: JsValue, init: JsValue) -> Promise {
        self.promised(self.driver.clone().prepare(input, init))
    }

    /// Releases everything.
    pub fn close(&self) {
        self.driver.close();
    }

    fn end(&self, keep: bool) -> Result<(), JsValue> {
        self.thrown(self.driver.change(|client| {
            client.store.end(keep);
            Ok(())
        }))
    }

    fn thrown<R>(&self, result: Result<R, Error>) -> Result<R, JsValue> {
        result.map_err(|error| self.host.refuse(&error))
    }

    fn promised(&self, future: impl Future<Output = Result<JsValue, Failure>> + 'static) -> Promise {
        promised(self.settling(future))
    }

    fn settling(&self, future: impl Future<Output = Result<JsValue, Failure>> + 'static) -> Settling {
        let host = self.host.clone();
        // Boxed before it is wrapped: a wrapper for each type would cost a kilobyte of wasm each.
        let future: Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>> = Box::pin(future);
        Box::pin(async move { future.await.map_err(|failure| host.reject(failure)) })
    }
}
