//! The users' requests, on their way through the client.

use holdall::client::{Exchange, Reply, Start, Waiting};

use super::action::Weather;
use super::world::{API, SHOP, Task, World};

/// One request of a user.
pub(crate) struct Request {
    pub(crate) page: usize,
    /// The session in which it was made.
    pub(crate) epoch: String,
    pub(crate) origin: usize,
    step: Step,
    /// For how long it has waited for the session: since when, less what the page slept.
    pub(crate) since: u64,
}

enum Step {
    Waiting(Waiting),
    /// It was refused, and waits for another token.
    Refused(Exchange),
    Sent(Exchange),
    Done,
}

impl Request {
    pub(crate) fn end(&mut self) {
        self.step = Step::Done;
    }

    pub(crate) fn waits(&self) -> bool {
        matches!(self.step, Step::Waiting(_) | Step::Refused(_))
    }
}

impl World {
    /// A page sends a request.
    pub(crate) fn fetch(&mut self, page: usize, origin: usize) {
        let address = [SHOP, API][origin];
        let epoch = self.pages[page].client.borrow().session.epoch().to_string();
        let started = self.with(page, |client, now| {
            let plan = client.plan("GET", address, "/x").unwrap();
            client.start(plan, address, now)
        });
        self.counts.requests += 1;
        let (step, send) = match started {
            Ok(Start::Wait(waiting)) => (Step::Waiting(waiting), false),
            Ok(Start::Send(exchange)) => (Step::Sent(exchange), true),
            Err(_) => (Step::Done, false),
        };
        self.requests.push(Request {
            page,
            epoch,
            origin,
            step,
            since: self.time,
        });
        let request = self.requests.len() - 1;
        if send {
            self.send(request);
        }
    }

    /// The requests of a page that wait for the session.
    pub(crate) fn waiting(&self, page: usize) -> Vec<usize> {
        let waits = |at: &usize| self.requests[*at].page == page && self.requests[*at].waits();
        (0..self.requests.len()).filter(waits).collect()
    }

    /// The session has settled.
    pub(crate) fn go_on(&mut self, (request, well): (usize, bool)) {
        let page = self.requests[request].page;
        match std::mem::replace(&mut self.requests[request].step, Step::Done) {
            Step::Waiting(_) | Step::Refused(_) if !well => {}
            Step::Waiting(waiting) => {
                if let Ok(exchange) = self.with(page, |client, _| client.start_after_wait(waiting)) {
                    self.requests[request].step = Step::Sent(exchange);
                    self.send(request);
                }
            }
            Step::Refused(mut exchange) => {
                if self.with(page, |client, _| client.replay_after_wait(&mut exchange)) {
                    self.requests[request].step = Step::Sent(exchange);
                    self.send(request);
                }
            }
            other => self.requests[request].step = other,
        }
    }

    /// A session is over: what carries its token is aborted.
    pub(crate) fn abort(&mut self, page: usize) {
        for request in &mut self.requests {
            if request.page == page
                && let Step::Sent(exchange) = &request.step
                && exchange.credentials.is_some()
            {
                request.end();
            }
        }
    }

    fn send(&mut self, request: usize) {
        let Request { page, origin, .. } = self.requests[request];
        let Step::Sent(exchange) = &self.requests[request].step else {
            return;
        };
        let token = exchange.credentials.as_ref().map(|it| it.token.to_string());
        let status = match (&token, self.weather) {
            (_, Weather::Offline) => 0,
            (Some(token), _) if self.refusing[origin] || !self.server.takes(token, self.time) => 401,
            _ => 200,
        };
        if let Some(token) = token {
            self.check_sent(request, &token);
        }
        let long = self.random.u8(0..20) == 0;
        let after = if long {
            self.random.u64(0..40_000)
        } else {
            self.random.u64(5..300)
        };
        self.later(page, after, Task::Reply(request, status));
    }

    pub(crate) fn replied(&mut self, request: usize, status: u16) {
        let page = self.requests[request].page;
        let Step::Sent(mut exchange) = std::mem::replace(&mut self.requests[request].step, Step::Done) else {
            return;
        };
        self.check_under_way(request, &exchange);
        if status == 0 || self.pages[page].client.borrow().is_over(&exchange) {
            return;
        }
        let challenge = self.random.bool().then_some("Bearer error=\"invalid_token\"");
        let reply = self.with(page, |client, now| client.judge(&mut exchange, status, challenge, now));
        self.requests[request].since = self.time;
        match reply {
            Reply::Done => {}
            Reply::Replay => {
                self.requests[request].step = Step::Sent(exchange);
                self.send(request);
            }
            Reply::Wait => self.requests[request].step = Step::Refused(exchange),
        }
    }
}
