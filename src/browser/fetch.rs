use std::rc::Rc;

use js_sys::{Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

use super::object::{call, own, set, text};
use super::promise::{Settled, awaited};
use super::request::{Call, parsed};
use super::wait::Waiter;
use super::{Driver, Event, Failure, RequestEvent, clock};
use crate::client::{Exchange, NO_ANSWER, Reply, Start, Waiting, may_pass};
use crate::error::{Code, Error};
use crate::request::Plan;
use crate::session::changed;
use crate::time::Now;

/// A request on its way: [`Driver::answer`] sees to the rest.
pub enum Sent {
    /// No rule applies: it went out as it came, and this is the browser's own promise.
    Untouched(Promise),
    /// Rules apply. If it went out, this has what the browser has promised; else it waits for a token, or for its body.
    Tended(Box<Tended>, Option<Promise>),
}

/// A request that rules apply to.
pub struct Tended {
    call: Call,
    step: Step,
    started: Now,
}

enum Step {
    Left(Exchange),
    Waiting(Waiting, Waiter),
    /// With the session's epoch.
    Reading(Plan, Rc<str>),
}

impl Driver {
    /// Sends a request. Unless a token or a body has to be waited for, it has left when this returns: what is sent while a page
    /// goes away still leaves.
    ///
    /// # Errors
    /// What the client or the browser refuses.
    pub fn send(self: &Rc<Self>, input: &JsValue, init: &JsValue) -> Result<Sent, Failure> {
        let mut call = Call::parse(&self.addresses, input, init)?;
        let Some(plan) = self.plan(&call) else {
            return Ok(Sent::Untouched(
                self.fetch.call2(&JsValue::UNDEFINED, input, init)?.unchecked_into(),
            ));
        };
        call.take_over()?;
        let started = clock::now();
        let (step, promise) = if call.has_unread_body() {
            (Step::Reading(plan, self.epoch()), None)
        } else {
            match self.start(&call, plan, started)? {
                // From now on: what is waited for may happen before this is a task.
                Start::Wait(waiting) => (Step::Waiting(waiting, self.settled.add()), None),
                Start::Send(mut exchange) => {
                    let promise = self.launch(&call, &mut exchange)?;
                    (Step::Left(exchange), Some(promise))
                }
            }
        };
        Ok(Sent::Tended(Box::new(Tended { call, step, started }), promise))
    }

    /// Waits for the answer.
    ///
    /// # Errors
    /// What the client refuses, or what the browser's `fetch` rejects with.
    pub async fn answer(self: Rc<Self>, sent: Sent) -> Result<JsValue, Failure> {
        let (tended, promise) = match sent {
            Sent::Untouched(promise) => return Ok(awaited(&promise).await?),
            Sent::Tended(tended, promise) => (tended, promise),
        };
        let settled = Settled::default();
        if let Some(promise) = promise {
            settled.set(Some(awaited(&promise).await));
        }
        self.tend(tended, settled).await
    }

    /// Sees a request through to its answer. If it has left, `settled` is what the browser's promise has settled with.
    pub(crate) async fn tend(self: Rc<Self>, tended: Box<Tended>, settled: Settled) -> Result<JsValue, Failure> {
        let Tended {
            mut call,
            step,
            started,
        } = *tended;
        let mut exchange = match step {
            Step::Left(exchange) => exchange,
            Step::Waiting(waiting, waiter) => self.wait(&call, waiting, waiter).await?,
            Step::Reading(plan, epoch) => self.take(&mut call, plan, &epoch).await?,
        };
        let outcome = loop {
            let settled = match settled.take() {
                Some(settled) => settled,
                None => awaited(&self.launch(&call, &mut exchange)?).await,
            };
            let answer = settled.as_ref().ok().map(JsCast::unchecked_ref::<Response>);
            let status = answer.map_or(NO_ANSWER, Response::status);
            // Only a refusal's say something here.
            let refusal = answer.filter(|_| status >= 400).map(Response::headers);
            let header = |name: &str| refusal.as_ref()?.get(name).ok().flatten();
            let mut again = Reply::Done;
            if may_pass(status) && !call.is_aborted() && !self.is_over(&exchange) {
                let asked = header("Retry-After").and_then(|value| clock::until(&value));
                let wait = self.change(|client| Ok(client.retry_after(&mut exchange, status, asked)));
                if let Ok(Some(wait)) = wait {
                    // The pause ends with the session, too.
                    let bears = exchange.credentials.is_some();
                    let barrier = bears.then(|| self.barrier.signal_with(call.signal.as_ref()));
                    let signal = barrier.as_ref().or(call.signal.as_ref());
                    let waited = Waiter::timed(wait).until(signal).await;
                    if !self.is_over(&exchange) {
                        if let Err(given_up) = waited {
                            break Err(given_up);
                        }
                        let goes_on = self.change(|client| Ok(client.start_again(&mut exchange)));
                        if goes_on.unwrap_or_default() {
                            again = Reply::Replay;
                        }
                    }
                }
            }
            if again == Reply::Done {
                if let (Some(function), Some(answer)) = (exchange.asks(), answer) {
                    let accepted = awaited(&self.watcher.accepts(function, answer)).await;
                    exchange.accepted = Some(accepted.is_ok_and(|accepted| accepted.is_truthy()));
                }
                // Whoever is signed in now must not see what another has asked for.
                if self.is_over(&exchange) {
                    break Err(changed().into());
                }
                // A client that was closed meanwhile judges nothing: the answer is the caller's.
                if answer.is_some() && !exchange.is_done(status) {
                    let challenge = header("WWW-Authenticate");
                    let judged = self
                        .change(|client| Ok(client.judge(&mut exchange, status, challenge.as_deref(), clock::now())));
                    again = judged.unwrap_or(Reply::Done);
                }
            }
            if again == Reply::Wait {
                let renewed = self.settled.add().until(call.signal.as_ref()).await;
                if let Err(given_up @ Failure::Browser(_)) = renewed {
                    break Err(given_up);
                }
                if self.is_over(&exchange) {
                    break Err(changed().into());
                }
                let replay = self.change(|client| Ok(renewed.is_ok() && client.replay_after_wait(&mut exchange)));
                again = if replay.unwrap_or_default() {
                    Reply::Replay
                } else {
                    Reply::Done
                };
            }
            if again != Reply::Replay {
                // An "opaqueredirect" (Fetch §2.2.6) has the status 0.
                if status == 0
                    && exchange.forbids_redirects()
                    && !call.handles_redirects()
                    && answer.is_some_and(|answer| text(answer, "type") == "opaqueredirect")
                {
                    break Err(redirected().into());
                }
                break settled.map_err(Failure::from);
            }
            if let Some(answer) = answer {
                let_go(answer);
            }
        };
        let seen = |response: &JsValue| response.unchecked_ref::<Response>().status();
        self.report(&call, &exchange, outcome.as_ref().map_or(0, seen), started);
        outcome
    }

    /// The request as [`send`](Self::send) would send it, but without the token.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn prepare(self: Rc<Self>, input: JsValue, init: JsValue) -> Result<JsValue, Failure> {
        let mut call = Call::parse(&self.addresses, &input, &init)?;
        let Some(plan) = self.plan(&call) else {
            return Ok(parsed(&input, &init)?);
        };
        call.take_over()?;
        let epoch = self.epoch();
        let mut exchange = self.take(&mut call, plan, &epoch).await?;
        exchange.credentials = None;
        let (url, init) = self.assemble(&call, &mut exchange)?;
        Ok(parsed(&url, &init)?)
    }

    fn plan(&self, call: &Call) -> Option<Plan> {
        let (origin, path) = (call.address.origin(), call.address.path());
        // `blob:` and `data:` have none to trust.
        if origin.is_empty() {
            return None;
        }
        self.read(|client| client.plan(&call.method, origin, path))
    }

    fn is_over(&self, exchange: &Exchange) -> bool {
        self.read(|client| client.is_over(exchange))
    }

    fn start(self: &Rc<Self>, call: &Call, mut plan: Plan, now: Now) -> Result<Start, Failure> {
        self.select(&mut plan)?;
        plan.streamed = call.is_streamed();
        if plan.may_have_key() {
            plan.key.push_str(&call.asked());
        }
        Ok(self.change(|client| client.start(plan, call.address.origin(), now))?)
    }

    /// Has the application make what it sends of some slices. Nothing is borrowed meanwhile: it reads them.
    fn select(&self, plan: &mut Plan) -> Result<(), JsValue> {
        for send in &mut plan.sends {
            if let Some(function) = send.select {
                send.selected = self.watcher.select(function, send.slice)?;
            }
        }
        Ok(())
    }

    /// Reads the body and waits for a token, as far as that has to be, then takes token and state.
    async fn take(self: &Rc<Self>, call: &mut Call, plan: Plan, epoch: &str) -> Result<Exchange, Failure> {
        call.read_body().await?;
        // Whoever is signed in now didn't ask for it.
        if self.read(|client| client.has_left(epoch)) {
            return Err(changed().into());
        }
        match self.start(call, plan, clock::now())? {
            Start::Send(exchange) => Ok(exchange),
            Start::Wait(waiting) => self.wait(call, waiting, self.settled.add()).await,
        }
    }

    async fn wait(self: &Rc<Self>, call: &Call, mut waiting: Waiting, waiter: Waiter) -> Result<Exchange, Failure> {
        match waiter.until(call.signal.as_ref()).await {
            // The token that there is has to do; not somebody else's, as the core sees to.
            Err(Failure::Own(_)) if waiting.plan.streamed => {}
            settled => drop(settled?),
        }
        self.select(&mut waiting.plan)?;
        Ok(self.change(|client| client.start_after_wait(waiting))?)
    }

    fn launch(&self, call: &Call, exchange: &mut Exchange) -> Result<Promise, Failure> {
        exchange.repeatable = !call.is_streamed();
        let (url, init) = self.assemble(call, exchange)?;
        if exchange.credentials.is_some() {
            set(&init, "signal", &self.barrier.signal_with(call.signal.as_ref()));
        }
        Ok(self.fetch.call2(&JsValue::UNDEFINED, &url, &init)?.unchecked_into())
    }

    /// Puts it together; once more with all state in the body, if it doesn't fit elsewhere and the rule says so.
    fn assemble(&self, call: &Call, exchange: &mut Exchange) -> Result<(JsValue, Object), Failure> {
        match call.assemble(exchange) {
            Err(Failure::Own(error)) if error.code == Code::TooLarge && exchange.may_overflow() => {
                self.read(|client| client.overflow(exchange))?;
                call.assemble(exchange)
            }
            assembled => assembled,
        }
    }

    fn report(&self, call: &Call, exchange: &Exchange, status: u16, started: Now) {
        if !self.watcher.hears_requests() {
            return;
        }
        let (mut slices, mut bytes) = (Vec::new(), 0);
        for send in &exchange.plan.sends {
            if let Some((_, own)) = exchange.outgoing.bytes.iter().find(|(slice, _)| *slice == send.slice) {
                slices.push(send.slice_name.clone());
                bytes += *own as u32;
            }
        }
        self.tell(Event::Request(RequestEvent {
            method: exchange.method.unwrap_or(&call.method).to_owned(),
            url: call.address.without_query().to_owned(),
            slices,
            bytes,
            token: exchange.credentials.is_some(),
            status,
            replayed: exchange.is_repeated(),
            milliseconds: clock::now().since(started) as u32,
        }));
    }
}

/// Gives up an answer that nobody will see: until its body is read it may keep its connection, and there are six to a server.
fn let_go(answer: &JsValue) {
    let nothing = JsValue::UNDEFINED;
    if let Ok(cancelled) = call(&own(answer, "body"), "cancel", &nothing, &nothing) {
        // It rejects if the connection has broken, which is nobody's concern.
        drop(awaited(cancelled.unchecked_ref()));
    }
}

fn redirected() -> Error {
    Error::new(
        Code::Redirected,
        &["a redirect isn't followed with state; the outcome is unknown. \
             Name the final address, or set the rule's redirect to follow"],
    )
}
