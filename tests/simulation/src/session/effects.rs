//! What a page's session wants, carried out by the browser and the authorization server.

use holdall::session::Effect;

use super::action::{Keeper, Weather};
use super::browser::Wish;
use super::server::{Refresh, Renewal, in_form};
use super::world::{Reply, Task, World};

impl World {
    /// Carries out what a page's session wants.
    pub(super) fn react(&mut self, page: usize) {
        let mut woken = Vec::new();
        loop {
            let effect = self.pages[page].client.borrow_mut().session.poll();
            let Some(effect) = effect else { break };
            self.carry_out(page, effect, &mut woken);
        }
        for writer in self.shared.take_changes() {
            for other in 0..self.pages.len() {
                if other != writer && self.pages[other].alive {
                    let after = self.random.u64(0..30);
                    self.later(other, after, Task::Stored);
                }
            }
        }
        self.look(page);
        for request in woken {
            self.go_on(request);
        }
    }

    fn carry_out(&mut self, page: usize, effect: Effect, woken: &mut Vec<(usize, bool)>) {
        match effect {
            Effect::Lock { ticket, level } => {
                let name = format!("{}/{level}", self.pages[page].client.borrow().session.epoch());
                let wish = Wish { page, ticket };
                if self.locks.request(name, wish) {
                    let after = self.random.u64(0..4);
                    self.later(page, after, Task::Locked(ticket, false));
                }
            }
            Effect::Unlock(ticket) => self.unlock(Wish { page, ticket }),
            Effect::Post(text) => {
                for other in 0..self.pages.len() {
                    if other != page && self.pages[other].alive {
                        // In order: each line has its own speed.
                        let after = 1 + ((page * 7 + other * 3 + self.setup.seed as usize) % 19) as u64;
                        self.later(other, after, Task::Message(text.0.to_string()));
                    }
                }
            }
            Effect::Vault(op) => {
                // One transaction after the other.
                self.vault_free = self.vault_free.max(self.time) + self.random.u64(1..10);
                self.later(page, self.vault_free - self.time, Task::VaultRead(op));
            }
            Effect::Refresh(refresh) => self.send_refresh(page, &refresh),
            Effect::SignOut(epoch, body) => self.send_sign_out(page, &epoch, body.map(|body| body.0.to_string())),
            Effect::Hint(hint) => self.pages[page].client.borrow_mut().remember(hint),
            Effect::Amend(hint) => self.pages[page].client.borrow_mut().amend_hint(hint),
            Effect::Forget(epoch) => self.forget_hint(page, &epoch),
            Effect::Abort => self.abort(page),
            Effect::Settled(result) => woken.extend(self.waiting(page).into_iter().map(|it| (it, result.is_ok()))),
            Effect::WakeAfter(milliseconds) if milliseconds < 1 << 40 => {
                let late = self.random.u64(0..20);
                self.later(page, milliseconds + late, Task::Wake);
            }
            _ => {}
        }
    }

    pub(crate) fn unlock(&mut self, wish: Wish) {
        if let Some(next) = self.locks.release(wish) {
            let after = self.random.u64(0..4);
            self.later(next.page, after, Task::Locked(next.ticket, true));
        }
    }

    /// What the authorization server makes of a refresh token. `None`: nothing reaches it.
    pub(crate) fn renew(&mut self, sending: usize, token: Option<Refresh>) -> Option<Reply> {
        let reply = |status, body: &str| Reply {
            status,
            body: body.into(),
            retry_after: None,
            cookie: None,
        };
        match self.weather {
            Weather::Failing => return Some(reply(503, "")),
            Weather::Limiting => {
                return Some(Reply {
                    retry_after: Some(20),
                    ..reply(429, "")
                });
            }
            Weather::Offline => return None,
            _ => {}
        }
        let Some(token) = token else {
            return Some(reply(401, ""));
        };
        self.check_spent(sending, token);
        self.counts.refreshes += 1;
        // Another library keeps its own, and never sends it twice.
        let token = match self.setup.keeper {
            Keeper::Source => Refresh {
                generation: self.server.families[token.family].generation,
                ..token
            },
            _ => token,
        };
        match self.server.refresh(token, self.time) {
            Renewal::Granted { body, next, spent } => {
                self.counts.spent += u64::from(spent);
                Some(Reply {
                    cookie: Some(next),
                    ..reply(200, &body)
                })
            }
            Renewal::Refused => Some(reply(400, r#"{"error":"invalid_grant"}"#)),
        }
    }

    /// A browser has one cookie; an answer for a former sign-in that comes late doesn't bring that back, or the server would have to be asked.
    pub(super) fn take_cookie(&mut self, cookie: Refresh) {
        let newer = |old: Refresh| old.family == cookie.family && old.generation < cookie.generation;
        if self.cookie.is_some_and(newer) {
            self.cookie = Some(cookie);
        }
    }

    fn send_sign_out(&mut self, page: usize, epoch: &str, body: Option<String>) {
        let token = match self.setup.keeper {
            Keeper::Cookie => self.cookie,
            _ => body.as_deref().and_then(in_form),
        };
        let status = match self.weather {
            Weather::Failing => Some(503),
            Weather::Limiting => Some(429),
            Weather::Offline => None,
            weather => {
                if let Some(token) = token {
                    self.server.revoke(token.family);
                    self.cookie.take_if(|_| self.setup.keeper == Keeper::Cookie);
                }
                (!matches!(weather, Weather::Losing | Weather::Silent)).then_some(204)
            }
        };
        self.note(|| format!("page {page} signs out of {token:?}: {status:?}"));
        let after = self.random.u64(5..200);
        self.later(page, after, Task::SignOutAnswer(epoch.into(), status));
    }
}
