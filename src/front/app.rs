use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RequestInit, Response};

use super::listeners::{Listeners, Subscription, Watching};
use super::slice::{Slice, View};
use crate::browser::{Driver, Event, Failure};
use crate::client::Config;
use crate::error::Error;
use crate::session::Status;

/// A client. Clones are the same one. What was changed is stored at the end of the microtask, or by [`close`](App::close): don't drop
/// the last one before.
#[derive(Clone)]
pub struct App {
    pub(super) driver: Rc<Driver>,
    pub(super) listeners: Rc<Listeners>,
}

impl App {
    /// Opens the client on this page's storage.
    ///
    /// # Errors
    /// [`BadConfig`](crate::error::Code::BadConfig), [`BadRule`](crate::error::Code::BadRule),
    /// [`UnknownSlice`](crate::error::Code::UnknownSlice), [`NotEncodable`](crate::error::Code::NotEncodable),
    /// [`InsecureContext`](crate::error::Code::InsecureContext)
    pub fn open(config: &Config) -> Result<Self, Error> {
        let listeners = Rc::new(Listeners::default());
        let driver = Driver::open(config, Box::new(Watching(listeners.clone())))?;
        Ok(Self { driver, listeners })
    }

    /// A slice, by what names it and gives its type.
    pub fn slice<S: Slice>(&self, slice: &S) -> View<S> {
        View::new(self.clone(), slice.name())
    }

    /// Makes several changes one: all of them or, if `change` gives an error, none.
    ///
    /// # Errors
    /// That of `change`, and [`NestedTransaction`](crate::error::Code::NestedTransaction)
    pub fn transaction<R>(&self, change: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        self.driver.change(|client| client.store.begin())?;
        let result = change();
        self.driver.change(|client| {
            client.store.end(result.is_ok());
            Ok(())
        })?;
        result
    }

    /// Sends a request with the token and the state that the rules say, and gives the browser's own answer.
    ///
    /// # Errors
    /// The browser's own, and the client's: see [`Code`](crate::error::Code).
    pub async fn fetch(&self, input: impl Into<JsValue>, init: &RequestInit) -> Result<Response, Failure> {
        let sent = self.driver.send(&input.into(), init)?;
        let answer = self.driver.clone().answer(sent).await?;
        Ok(answer.unchecked_into())
    }

    /// Who is signed in, if anybody.
    #[must_use]
    pub fn status(&self) -> Status {
        self.driver.read(|client| client.session.status())
    }

    /// The user, as JSON: the ID token's claims, or what [`sign_in`](Self::sign_in) was given.
    #[must_use]
    pub fn user(&self) -> Option<Rc<str>> {
        self.driver.read(|client| client.session.user().cloned())
    }

    /// Starts a session with what the sign-in endpoint answered (RFC 6749 §5.1). `user` is JSON, for where there is no ID token.
    ///
    /// # Errors
    /// [`BadTokenResponse`](crate::error::Code::BadTokenResponse)
    pub fn sign_in(&self, response: &str, user: Option<&str>) -> Result<(), Error> {
        self.driver.sign_in(response, user)
    }

    /// Ends the session: here at once, and then on the server. With `erase`, what the user has stored in this browser goes, too.
    ///
    /// # Errors
    /// [`SignOutUnconfirmed`](crate::error::Code::SignOutUnconfirmed): signed out here, all the same.
    pub async fn sign_out(&self, erase: bool) -> Result<(), Failure> {
        self.driver.sign_out(erase).await
    }

    /// A valid access token, renewed if need be, for what [`fetch`](Self::fetch) doesn't reach.
    ///
    /// # Errors
    /// [`SignedOut`](crate::error::Code::SignedOut), [`RefreshFailed`](crate::error::Code::RefreshFailed) and others of the session
    pub async fn token(&self) -> Result<Rc<str>, Failure> {
        self.driver.clone().token().await
    }

    /// Waits until it is known whether somebody is signed in.
    pub async fn ready(&self) {
        self.driver.clone().ready().await;
    }

    /// Calls `listener` at every event, until the subscription is dropped.
    pub fn on_event(&self, listener: impl Fn(&Event) + 'static) -> Subscription {
        self.listeners.on_event(Rc::new(listener))
    }

    /// Releases everything. What is stored stays.
    pub fn close(&self) {
        self.driver.close();
    }
}

/// Without what it holds.
impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}
