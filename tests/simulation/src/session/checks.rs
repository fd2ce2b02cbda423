//! What must never be.

use holdall::client::Exchange;
use holdall::session::{Reason, Refresh as Wanted};

use super::action::{Keeper, Weather};
use super::server::{Refresh, SUBJECTS, in_form};
use super::world::{Task, World};

/// One request for a new access token.
pub(crate) struct Sending {
    pub(crate) page: usize,
    pub(crate) ticket: u64,
    epoch: String,
    reason: Reason,
    pub(crate) at: u64,
    /// What it sent, if the server got it.
    token: Option<Refresh>,
    /// Whether its answer never came, or what it brought was never stored.
    pub(crate) lost: bool,
    /// When the database has refused the next refresh token.
    pub(crate) refused: Option<u64>,
    pub(crate) delivered: bool,
    pub(crate) in_time: bool,
    /// Until when the server doesn't want to hear of it.
    blocked: u64,
}

/// So many milliseconds after the database has refused a refresh token it has been given it once more.
const OFFERED: u64 = 6_000;
/// After so many milliseconds an answer counts as lost.
const OVERDUE: u64 = 10_000;
/// What one has told, others know after so many milliseconds, and have acted upon.
const KNOWN: u64 = 300;
/// So many milliseconds a request may wait while its page is awake, however many pages with locks are frozen.
const WAIT: u64 = 200_000;

impl World {
    pub(crate) fn send_refresh(&mut self, page: usize, wanted: &Wanted) {
        let epoch = self.pages[page].client.borrow().session.epoch().to_string();
        self.note(|| {
            format!(
                "page {page} sends attempt {} ({:?}) of {epoch}",
                wanted.ticket, wanted.reason
            )
        });
        self.check_one_at_a_time(page, &epoch);
        self.check_needed(page, &epoch, wanted.reason);
        self.check_asked_to_wait(page, &epoch);
        self.check_loops(&epoch, wanted.reason);
        let token = match &wanted.body {
            Some(body) => in_form(&body.0),
            None => self.cookie,
        };
        self.sendings.push(Sending {
            page,
            ticket: wanted.ticket,
            epoch,
            reason: wanted.reason,
            at: self.time,
            token: None,
            lost: false,
            refused: None,
            delivered: false,
            in_time: false,
            blocked: 0,
        });
        let sending = self.sendings.len() - 1;
        if std::mem::take(&mut self.freeze_sent) {
            self.freeze(page);
        }
        let mut reply = self.renew(sending, token);
        self.sendings[sending].lost = reply.is_none();
        let mut after = self.random.u64(5..400);
        match self.weather {
            Weather::Losing => {
                reply = None;
                self.sendings[sending].lost = true;
            }
            Weather::Silent => {
                self.sendings[sending].lost = true;
                return;
            }
            Weather::Slow => after = self.random.u64(400..40_000),
            _ => {}
        }
        if let Some(seconds) = reply.as_ref().and_then(|reply| reply.retry_after) {
            self.sendings[sending].blocked = self.time + after + seconds * 1_000;
        }
        self.later(page, after, Task::Answer(sending, reply));
    }

    /// No more than one request at a time, among pages that are awake.
    fn check_one_at_a_time(&mut self, page: usize, epoch: &str) {
        let under_way = |other: &Sending| {
            other.page != page
                && other.epoch == epoch
                && !other.delivered
                && self.time - other.at < OVERDUE
                && self.is_awake(other.page)
                && self.pages[other.page].awake <= other.at
        };
        if let Some(other) = self.sendings.iter().find(|it| under_way(it)) {
            let what = format!("page {page} sends while page {} waits for its answer", other.page);
            self.fail("one at a time", what);
        }
    }

    /// Nobody asks for what another page has.
    fn check_needed(&mut self, page: usize, epoch: &str, reason: Reason) {
        if reason == Reason::Refused {
            return;
        }
        // Whose answer was lost may try again: the server may be further.
        if self
            .sendings
            .iter()
            .rfind(|it| it.page == page)
            .is_some_and(|it| it.epoch == epoch && (it.lost || self.time - it.at >= OVERDUE && !it.in_time))
        {
            return;
        }
        for other in 0..self.pages.len() {
            let it = &self.pages[other];
            let Some((token, since)) = &it.token else { continue };
            let access = self.server.access(token);
            let early = (self.setup.lifetime * 1_000 / 5).min(60_000) + 1_000;
            let fresh = self.time + early < access.expires && self.clock_set < access.issued;
            let known = *since + KNOWN < self.time && it.awake + KNOWN < self.time;
            let same = **it.client.borrow().session.epoch() == *epoch;
            // What came late counts as older than it is.
            let late = *since > access.issued + OVERDUE;
            if other != page && self.is_awake(other) && same && fresh && known && !late {
                return self.fail("needed", format!("page {page} asks for a token that page {other} has"));
            }
        }
    }

    /// What the server has asked for is kept to.
    fn check_asked_to_wait(&mut self, page: usize, epoch: &str) {
        let blocked = |other: &&Sending| {
            let told = other.blocked.saturating_sub(20_000);
            other.epoch == epoch
                && other.delivered
                && told + KNOWN < self.time
                && told > self.renewed
                && self.time + 50 < other.blocked
                && self.clock_set < other.at
                && self.is_awake(other.page)
                && self.pages[other.page].awake <= other.at
                && self.pages[page].awake <= other.at
        };
        if let Some(other) = self.sendings.iter().find(blocked) {
            let what = format!(
                "page {page} tries again although the server has told page {} to wait",
                other.page
            );
            self.fail("wait", what);
        }
    }

    /// A server that refuses everything doesn't make the client ask for token after token.
    fn check_loops(&mut self, epoch: &str, reason: Reason) {
        if reason != Reason::Refused {
            return;
        }
        let from = self.time.saturating_sub(self.setup.lifetime * 1_000);
        if self.clock_set >= from || self.refused_since >= from {
            return;
        }
        let recent = |it: &&Sending| it.epoch == epoch && it.reason == Reason::Refused && it.at >= from;
        let count = self.sendings.iter().filter(recent).count();
        let pages = self.pages.iter().filter(|page| page.alive).count();
        if count > 2 + 3 * pages {
            self.fail("loop", format!("{count} tokens were refused in one token's lifetime"));
        }
    }

    /// A refresh token that the server has replaced comes back only if an answer was lost, once for each.
    pub(crate) fn check_spent(&mut self, sending: usize, token: Refresh) {
        self.sendings[sending].token = Some(token);
        if self.setup.keeper == Keeper::Source || token.generation >= self.server.families[token.family].generation {
            return;
        }
        let (mut sent, mut lost) = (0, 0);
        for other in &self.sendings[..sending] {
            if other.token != Some(token) {
                continue;
            }
            sent += 1;
            let page = &self.pages[other.page];
            let gone = !page.alive || page.left >= other.at;
            let slept = page.frozen && page.slept < other.at + OVERDUE && !other.delivered;
            let gives_up = !slept || self.setup.grace || self.setup.keeper == Keeper::Cookie;
            let overdue = self.time - other.at >= OVERDUE && gives_up;
            // Its lock may have been another than that of who sends now.
            let asleep = page.frozen && !other.delivered && self.setup.keeper == Keeper::Cookie;
            // Somebody has signed in without the library: some pages know by now, and some don't.
            let another = other.epoch != self.sendings[sending].epoch;
            // What the database has refused, the page gives it once more.
            let refused = other
                .refused
                .is_some_and(|at| self.time < at + OFFERED || page.slept >= at);
            lost += usize::from(other.lost || refused || gone || overdue || asleep || another);
        }
        if sent > lost {
            self.fail(
                "spent",
                format!("{token:?} is sent again; it was sent {sent} times, and {lost} answers were lost"),
            );
        }
    }

    /// What goes to a server is the token of whoever made the request, and hasn't expired.
    pub(crate) fn check_sent(&mut self, request: usize, token: &str) {
        let access = self.server.access(token);
        let it = &self.requests[request];
        let page = it.page;
        let whose = self
            .families
            .get(&it.epoch)
            .map(|family| self.server.families[*family].subject);
        if whose.is_some_and(|subject| subject != access.subject) {
            self.fail(
                "other user",
                format!(
                    "page {page} sends {}'s request with another's token",
                    SUBJECTS[whose.unwrap_or(0)]
                ),
            );
        }
        // Whoever slept while the clock was set may have told others that it is young.
        let has_slept = |page: &super::page::Page| page.slept.max(page.left) >= access.issued;
        let slept = has_slept(&self.pages[page]) || self.clock_set >= access.issued && self.pages.iter().any(has_slept);
        if self.time >= access.expires + OVERDUE + 1_000 && !slept {
            self.fail("expired", format!("page {page} sends a token that has expired"));
        }
    }

    /// What is under way for a session that is over has been aborted.
    pub(crate) fn check_under_way(&mut self, request: usize, exchange: &Exchange) {
        let page = self.requests[request].page;
        if self.pages[page].client.borrow().is_over(exchange) {
            self.fail(
                "aborted",
                format!("page {page} gets an answer for a session that is over"),
            );
        }
    }

    /// A hint is removed only by who finds its own.
    pub(crate) fn forget_hint(&mut self, page: usize, epoch: &str) {
        let before = self.shared.hint();
        self.pages[page].client.borrow_mut().forget_hint(epoch);
        let others = before.as_ref().is_some_and(|hint| !hint.contains(epoch));
        if others && self.shared.hint().is_none() {
            self.fail("hint", format!("page {page} removes another session's hint"));
        }
    }

    /// Looks at a page after whatever has happened to it.
    pub(crate) fn look(&mut self, page: usize) {
        let (status, epoch, user, token) = {
            let client = self.pages[page].client.borrow();
            let session = &client.session;
            let token = session.current().map(|it| it.token.to_string());
            let user = session.user().map(|user| user.to_string()).unwrap_or_default();
            (session.status().as_str(), session.epoch().to_string(), user, token)
        };
        if let Some(token) = &token {
            let access = self.server.access(token);
            self.families.insert(epoch.clone(), access.family);
            if !user.contains(SUBJECTS[access.subject]) {
                self.fail("shown", format!("page {page} shows {user} with another's token"));
            }
        }
        let it = &mut self.pages[page];
        if it.token.as_ref().map(|(text, _)| text) != token.as_ref() {
            it.token = token.map(|token| (token, self.time));
        }
        let before = std::mem::replace(&mut it.seen, (status, epoch));
        if status == "ended" && before.0 != "ended" {
            let family = self.families.get(&before.1).copied();
            let alive = family.is_some_and(|family| self.server.families[family].alive);
            let kept = match self.setup.keeper {
                Keeper::Cookie | Keeper::Source => true,
                Keeper::Vault => self.vault.as_ref().is_some_and(|record| record.contains(&before.1)),
                Keeper::Memory => false,
            };
            // One that signed in, and slept before that was stored, may have woken just now.
            let stored = self.time > self.vault_put + 20;
            if alive && kept && stored {
                self.fail("ended", format!("page {page} ends a session that lives"));
            }
        }
    }

    /// Nobody waits longer than may be.
    pub(crate) fn check_waits(&mut self) {
        let waits = |it: &super::requests::Request| {
            it.waits() && self.is_awake(it.page) && self.pages[it.page].awake.max(it.since) + WAIT < self.time
        };
        if let Some(request) = self.requests.iter().find(|it| waits(it)) {
            let what = format!("a request of page {} waits since {}", request.page, request.since);
            self.fail("waits", what);
        }
    }

    /// At rest all that are awake agree on who is signed in, and nobody holds anything.
    pub(crate) fn check_rest(&mut self) {
        let hint = self.shared.hint();
        for page in 0..self.pages.len() {
            if !self.is_awake(page) {
                continue;
            }
            let (status, epoch) = self.pages[page].seen.clone();
            let fits = match &hint {
                None => status == "signed-out" || status == "ended",
                Some(hint) if hint.contains("signedOut") => status == "signed-out" || status == "ended",
                Some(hint) => status == "ended" || status == "signed-in" && hint.contains(&epoch),
            };
            if !fits {
                return self.fail(
                    "agree",
                    format!("page {page} is {status} in {epoch}, and stored is {hint:?}"),
                );
            }
            if !self.locks.of(page).is_empty() {
                return self.fail("locks", format!("page {page} keeps a lock"));
            }
        }
    }

    /// What the user has left is over at the server, too.
    pub(crate) fn check_left(&mut self) {
        // A page that held the refresh token may have gone; whoever signed in then may have taken its place in the database.
        if !matches!(self.setup.keeper, Keeper::Cookie) {
            return;
        }
        for &family in &self.left {
            if self.server.families[family].alive {
                return self.fail("left", format!("the server still has family {family}"));
            }
        }
    }
}
