use std::rc::Rc;

use super::driver::Driver;
use super::own_requests::{self, Answered};
use super::{Event, clock, task};
use crate::session::{Effect, Keeper};

/// What the session wants done.
impl Driver {
    pub(super) fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Hint(hint) => self.client.borrow_mut().remember(hint),
            Effect::Amend(hint) => self.client.borrow_mut().amend_hint(hint),
            Effect::Forget(epoch) => self.client.borrow_mut().forget_hint(&epoch),
            Effect::Lock { ticket, level } => self.lock(ticket, level),
            Effect::Unlock(ticket) => self.unlock(ticket),
            Effect::Post(text) => self.channel.post(&text.0),
            Effect::Vault(op) => task::spawn(self.clone().transact(op)),
            Effect::Abort => self.barrier.fall(),
            Effect::Changed => self.tell(Event::SessionChanged),
            Effect::Notify => self.tell(Event::Session(self.read(|client| client.session.status()))),
            Effect::Settled(result) => self.settled.wake(&result),
            Effect::SignedOut(result) => self.signed_out.wake(&result),
            Effect::Refreshed(outcome) => {
                self.tell(Event::Refresh {
                    outcome,
                    milliseconds: self.refresh_took.get(),
                });
            }
            Effect::WakeAfter(milliseconds) => {
                let wake = self.wakes.get() + 1;
                self.wakes.set(wake);
                self.later(milliseconds, wake, |driver, wake| {
                    // The last one counts: each that comes asks for the next, and so there would be more and more. Closed clients sleep on.
                    if wake == driver.wakes.get() {
                        drop(driver.change(|client| {
                            client.wake(clock::now());
                            Ok(())
                        }));
                    }
                });
            }
            Effect::Refresh(refresh) => {
                let driver = self.clone();
                task::spawn(async move {
                    let Some(auth) = &driver.auth else { return };
                    let started = clock::now();
                    let answered = match auth.keeper {
                        Keeper::Source => {
                            let reason = refresh.reason.as_str();
                            own_requests::ask(&driver.watcher.source(reason, &driver.barrier.signal())).await
                        }
                        _ => own_requests::post(&driver.fetch, &auth.refresh, auth, refresh.body.as_ref()).await,
                    };
                    driver.refresh_took.set(clock::now().since(started));
                    let answer = Answered::as_answer(answered.as_ref());
                    driver
                        .client
                        .borrow_mut()
                        .answered(refresh.ticket, answer, clock::now());
                    driver.react();
                    driver.keep();
                });
            }
            Effect::SignOut(epoch, body) => {
                let driver = self.clone();
                task::spawn(async move {
                    let Some(auth) = &driver.auth else { return };
                    let answered = own_requests::post(&driver.fetch, &auth.sign_out, auth, body.as_ref()).await;
                    let answer = Answered::as_answer(answered.as_ref());
                    driver.client.borrow_mut().session.sign_out_answered(&epoch, answer);
                    driver.react();
                });
            }
        }
    }

    /// Of a client that was closed while it renewed the session, the next refresh token is still kept.
    pub(super) fn keep(self: &Rc<Self>) {
        while self.closed.get() {
            let effect = self.client.borrow_mut().session.poll();
            match effect {
                Some(Effect::Vault(op)) => task::spawn(self.clone().transact(op)),
                Some(_) => {}
                None => return,
            }
        }
    }
}
