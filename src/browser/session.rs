use std::rc::Rc;

use super::driver::Driver;
use super::{Failure, clock};
use crate::error::{Code, Error};
use crate::session::{Need, Status, changed, unconfirmed};

/// So many milliseconds a sign-out waits for the server.
const SIGN_OUT_TAKES: u64 = 10_000;

/// What an application asks of its session.
impl Driver {
    /// Somebody has signed in: see [`Session::sign_in`](crate::session::Session::sign_in).
    ///
    /// # Errors
    /// [`Code::BadTokenResponse`], [`Code::BadConfig`] without `auth`, [`Code::Closed`]
    pub fn sign_in(self: &Rc<Self>, response: &str, user: Option<&str>) -> Result<(), Error> {
        self.authenticates()?;
        self.change(|client| {
            // Of the same user: what is stored is read anew then.
            let _ = client.flush();
            client.session.sign_in(response, user, clock::now())
        })
    }

    /// Signs out: here before this returns, then with the server, which the future waits for, ten seconds at most. With `erase`, what the
    /// user has stored in this browser goes, too.
    ///
    /// # Errors
    /// [`Code::SignOutUnconfirmed`] if the server couldn't be told, [`Code::BadConfig`] without `auth`, [`Code::Closed`]
    pub fn sign_out(self: &Rc<Self>, erase: bool) -> impl Future<Output = Result<(), Failure>> + use<> {
        let begun = self.authenticates().and_then(|()| {
            let confirmed = self.signed_out.add();
            // Whatever comes of it then: whoever waits wants to go on.
            self.later(SIGN_OUT_TAKES, 0, |driver, _| {
                driver.signed_out.wake(&Err(unconfirmed()))
            });
            if let Some(subject) = self.change(|client| client.sign_out(erase, clock::now()))? {
                self.change(|client| {
                    client.store.erase_subject(&subject);
                    Ok(())
                })?;
            }
            Ok(confirmed)
        });
        async move { begun?.until(None).await.map(drop) }
    }

    /// A valid access token.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::RefreshFailed`], [`Code::RefreshPending`], [`Code::SessionChanged`], [`Code::Closed`]
    pub async fn token(self: Rc<Self>) -> Result<Rc<str>, Failure> {
        let epoch = self.epoch();
        let credentials = match self.change(|client| Ok(client.session.need(clock::now())))? {
            Need::Ready(credentials) => Some(credentials),
            Need::SignedOut => None,
            Need::Failed(error) => return Err(error.into()),
            Need::Wait => {
                self.settled.add().until(None).await?;
                // Another user's is no answer to this question.
                if self.read(|client| client.session.current().is_some() && *epoch != **client.session.epoch()) {
                    return Err(changed().into());
                }
                self.read(|client| client.session.current())
            }
        };
        let signed_out = || Error::new(Code::SignedOut, &["nobody is signed in, so there is no token"]);
        Ok(credentials.ok_or_else(signed_out)?.token)
    }

    /// Waits until it is known whether somebody is signed in.
    pub async fn ready(self: Rc<Self>) {
        while !self.closed.get() && self.read(|client| client.session.status()) == Status::Restoring {
            // A failure will be tried again; only what comes of it is of interest here.
            drop(self.settled.add().until(None).await);
        }
    }

    fn authenticates(&self) -> Result<(), Error> {
        let missing = || Error::new(Code::BadConfig, &["this client has no session; give `auth` to `open`"]);
        self.auth.as_ref().map(drop).ok_or_else(missing)
    }
}
