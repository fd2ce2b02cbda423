//! The session's simulation: several pages of one browser, an authorization server whose refresh tokens rotate, with and without grace, and
//! everything that can come between them.
//!
//! # How it is judged
//!
//! | check | what must hold |
//! |---|---|
//! | one at a time | no page asks for a token while another that is awake waits for one |
//! | needed | no page asks for what another that is awake has had for a moment |
//! | spent | a refresh token that was replaced comes back only after a lost answer, once for each |
//! | wait | `Retry-After` is kept to, in all pages |
//! | loop | a server that refuses everything doesn't make pages ask on and on |
//! | waits | nobody waits without end, whoever is frozen with whatever lock |
//! | ended | only the server ends a session |
//! | expired | no token is sent that has expired by either clock |
//! | other user, shown, aborted | nothing of one user is sent, shown or answered in another's session |
//! | hint, left, agree | a sign-out counts everywhere, at the server too, and takes nothing from the next sign-in |
//! | locks | nobody keeps a lock |
//! | panic | nothing panics |
//!
//! An answer is lost when the network loses it, when it takes longer than ten seconds, or when its page is closed, or left; and when its page is
//! frozen, if the server has a grace, or keeps the refresh token in a cookie.
//!
//! # What is taken for granted
//!
//! What is written to `localStorage` is seen by whoever reads it then; its event comes later. Messages between pages that are awake
//! arrive within 20 ms, in their order. The server's answer brings its cookie; one of a former sign-in is never taken back.

mod action;
mod browser;
mod checks;
mod effects;
mod page;
mod requests;
mod server;
pub(crate) mod sweep;
mod world;

use std::ops::AddAssign;

use action::{Action, Keeper, Setup, Weather, schedule};
use world::World;

use crate::seed::caught;
use crate::shrink::shrink;
use crate::world::Violation;

/// What happened in the runs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) runs: u64,
    pub(crate) pages: u64,
    pub(crate) requests: u64,
    pub(crate) refreshes: u64,
    pub(crate) spent: u64,
    pub(crate) lost: u64,
    pub(crate) freezes: u64,
    pub(crate) sign_ins: u64,
    pub(crate) sign_outs: u64,
    pub(crate) clocks: u64,
    pub(crate) storms: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.pages += other.pages;
        self.requests += other.requests;
        self.refreshes += other.refreshes;
        self.spent += other.spent;
        self.lost += other.lost;
        self.freezes += other.freezes;
        self.sign_ins += other.sign_ins;
        self.sign_outs += other.sign_outs;
        self.clocks += other.clocks;
        self.storms += other.storms;
    }
}

impl Counts {
    pub(crate) fn report(&self) -> String {
        let mean = |count: u64| count as f64 / self.runs.max(1) as f64;
        format!(
            "sessions, runs: {}; in each, on average, pages: {:.1}, requests: {:.1}, refreshes: {:.1}\n\
             answers lost: {}, refresh tokens sent again: {}, freezes: {}, sign-ins: {}, sign-outs: {}, clock jumps: {}, storms: {}",
            self.runs,
            mean(self.pages),
            mean(self.requests),
            mean(self.refreshes),
            self.lost,
            self.spent,
            self.freezes,
            self.sign_ins,
            self.sign_outs,
            self.clocks,
            self.storms,
        )
    }
}

/// Runs a seed.
///
/// # Errors
/// What it violated.
pub(crate) fn run(seed: u64) -> Result<Counts, Box<(Counts, Violation)>> {
    let (setup, actions) = schedule(seed);
    let world = carry_out(setup, &actions, false);
    match world.violation {
        None => Ok(world.counts),
        Some(violation) => Err(Box::new((world.counts, violation))),
    }
}

/// The shortest trace of a failing seed that fails in the same check, line by line.
pub(crate) fn explain(seed: u64, check: &'static str) -> Vec<String> {
    let (setup, actions) = schedule(seed);
    let same = |actions: &[Action]| {
        let violation = carry_out(setup, actions, false).violation;
        violation.is_some_and(|other| other.check == check)
    };
    let shortest = shrink(&actions, same);
    let world = carry_out(setup, &shortest, true);
    let mut lines = vec![format!("{setup:?}")];
    lines.extend(world.log.unwrap_or_default());
    lines.extend(world.violation.map(|it| format!("=> {}: {}", it.check, it.what)));
    lines
}

fn carry_out(setup: Setup, actions: &[Action], log: bool) -> World {
    let mut world = World::new(setup, log);
    let panicked = caught(|| {
        for action in actions {
            world.step(action);
            if world.violation.is_some() {
                return;
            }
        }
        world.finish();
    });
    if let Some(what) = panicked {
        world.violation = Some(Violation { check: "panic", what });
    }
    world.counts.runs = 1;
    world.counts.pages = world.pages.len() as u64;
    world.counts.lost = world.sendings.iter().filter(|sending| sending.lost).count() as u64;
    world
}

impl World {
    fn step(&mut self, action: &Action) {
        self.note(|| action.to_string());
        let count = self.pages.len().max(1);
        let of = |page: u8| usize::from(page) % count;
        match *action {
            Action::Open if self.pages.iter().filter(|page| page.alive).count() < 5 => self.open(),
            _ if self.pages.is_empty() => {}
            Action::Close { page } => self.close(of(page)),
            Action::Freeze { page } => self.freeze(of(page)),
            Action::FreezeNext { sent: false } => self.freeze_locked = true,
            Action::FreezeNext { sent: true } => self.freeze_sent = true,
            Action::Thaw { page, told } if self.pages[of(page)].alive && self.pages[of(page)].frozen => {
                self.pages[of(page)].frozen = false;
                self.pages[of(page)].slept = self.time;
                self.thaw(of(page), told);
            }
            Action::Hide { page } if self.is_awake(of(page)) => {
                self.with(of(page), |client, _| client.session.hidden());
                self.pages[of(page)].hidden = true;
                self.pages[of(page)].left = self.time;
            }
            Action::Show { page } if self.pages[of(page)].alive && self.pages[of(page)].hidden => {
                self.pages[of(page)].hidden = false;
                self.pages[of(page)].left = self.time;
                self.thaw(of(page), true);
            }
            Action::Poll { page, origin } => {
                for _ in 0..20 {
                    if self.is_awake(of(page)) {
                        self.fetch(of(page), usize::from(origin));
                    }
                    self.advance(700);
                }
            }
            // By a page that knows nothing of all this.
            Action::Usurp { subject } => {
                if let Some(old) = self.cookie {
                    self.server.revoke(old.family);
                    let (_, next) = self.server.sign_in(subject.into(), self.time);
                    self.cookie = Some(next);
                }
            }
            Action::Fetch { page, origin, count } if self.is_awake(of(page)) => {
                for _ in 0..count {
                    self.fetch(of(page), usize::from(origin));
                }
            }
            Action::SignIn { page, subject } if self.is_awake(of(page)) => self.sign_in(of(page), usize::from(subject)),
            Action::SignOut { page } if self.is_awake(of(page)) => self.sign_out(of(page)),
            Action::Online { page } if self.is_awake(of(page)) => {
                self.with(of(page), |client, now| {
                    client.look_for_hint(now);
                    client.session.woken(now);
                });
            }
            Action::Wait { milliseconds } => self.advance(milliseconds.into()),
            Action::SetClock { seconds } => {
                self.counts.clocks += 1;
                self.clock += i64::from(seconds) * 1_000;
                self.clock_set = self.time;
            }
            Action::Weather(weather) => {
                self.counts.storms += u64::from(weather != Weather::Fair);
                self.weather = weather;
            }
            Action::NewKey => {
                self.server.new_key();
                self.refused_since = self.time;
            }
            Action::Refuse { origin, always } => {
                self.refusing[usize::from(origin)] = always;
                self.refused_since = self.time;
            }
            _ => {}
        }
        self.check_waits();
    }

    fn sign_in(&mut self, page: usize, subject: usize) {
        self.counts.sign_ins += 1;
        let (body, next) = self.server.sign_in(subject, self.time);
        if matches!(self.setup.keeper, Keeper::Cookie | Keeper::Source) {
            // The new cookie takes the place of the old one, whose family nobody could end any more.
            if let Some(old) = self.cookie.replace(next) {
                self.server.revoke(old.family);
            }
        }
        self.with(page, |client, now| client.session.sign_in(&body, None, now).unwrap());
    }

    fn sign_out(&mut self, page: usize) {
        if self.pages[page].seen.0 == "signed-out" {
            return;
        }
        self.counts.sign_outs += 1;
        match self.setup.keeper {
            // Whichever it is: the browser has one.
            Keeper::Cookie => self.left.extend(self.cookie.map(|cookie| cookie.family)),
            Keeper::Source => {
                if let Some(cookie) = self.cookie.take() {
                    self.server.revoke(cookie.family);
                }
            }
            _ => {}
        }
        self.with(page, |client, now| drop(client.sign_out(false, now)));
    }

    /// All is well again, but for who is frozen; then everybody wakes.
    fn finish(&mut self) {
        self.note(|| "from now on all is well".into());
        self.weather = Weather::Fair;
        (self.freeze_locked, self.freeze_sent) = (false, false);
        self.refusing = [false; 2];
        self.open();
        for _ in 0..4 {
            for page in 0..self.pages.len() {
                if self.is_awake(page) {
                    self.fetch(page, 0);
                }
            }
            self.advance(100_000);
            self.check_waits();
        }
        self.note(|| "everybody wakes".into());
        for page in 0..self.pages.len() {
            let it = &mut self.pages[page];
            if it.alive && (it.frozen || it.hidden) {
                (it.frozen, it.hidden) = (false, false);
                (it.slept, it.left) = (self.time, self.time);
                self.thaw(page, true);
            }
        }
        self.advance(200_000);
        self.open();
        self.advance(200_000);
        for page in 0..self.pages.len() {
            if self.is_awake(page) {
                self.fetch(page, 0);
            }
        }
        self.advance(60_000);
        if let Some(request) = self.requests.iter().find(|it| it.waits() && self.is_awake(it.page)) {
            let what = format!("a request of page {} waits at the end", request.page);
            self.fail("waits", what);
        }
        self.check_rest();
        self.check_left();
    }
}
