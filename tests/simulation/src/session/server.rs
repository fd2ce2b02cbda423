//! The authorization server: families of refresh tokens that rotate, and end when an old one comes back.

use super::action::Setup;

/// For how long the preceding refresh token is still answered, where it is, in milliseconds.
pub(crate) const GRACE: u64 = 30_000;

pub(crate) const SUBJECTS: [&str; 2] = ["ada", "eve"];
/// `{"sub":"ada"}` and `{"sub":"eve"}`.
const CLAIMS: [&str; 2] = ["eyJzdWIiOiJhZGEifQ", "eyJzdWIiOiJldmUifQ"];

pub(crate) struct Server {
    setup: Setup,
    pub(crate) families: Vec<Family>,
    tokens: Vec<Access>,
    /// Tokens with a lesser number are void.
    void: usize,
}

/// One sign-in until its end.
pub(crate) struct Family {
    pub(crate) subject: usize,
    /// The number of its newest refresh token.
    pub(crate) generation: u64,
    rotated: u64,
    pub(crate) alive: bool,
}

/// An access token.
#[derive(Clone, Copy)]
pub(crate) struct Access {
    pub(crate) subject: usize,
    pub(crate) family: usize,
    pub(crate) issued: u64,
    pub(crate) expires: u64,
}

/// A refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refresh {
    pub(crate) family: usize,
    pub(crate) generation: u64,
}

/// What it makes of a refresh token.
pub(crate) enum Renewal {
    Granted { body: String, next: Refresh, spent: bool },
    Refused,
}

impl Server {
    pub(crate) fn new(setup: Setup) -> Self {
        Self {
            setup,
            families: Vec::new(),
            tokens: Vec::new(),
            void: 0,
        }
    }

    pub(crate) fn sign_in(&mut self, subject: usize, now: u64) -> (String, Refresh) {
        self.families.push(Family {
            subject,
            generation: 1,
            rotated: now,
            alive: true,
        });
        let next = Refresh {
            family: self.families.len() - 1,
            generation: 1,
        };
        (self.body(next, now), next)
    }

    pub(crate) fn refresh(&mut self, token: Refresh, now: u64) -> Renewal {
        let family = &mut self.families[token.family];
        if !family.alive {
            return Renewal::Refused;
        }
        let current = token.generation == family.generation;
        let tolerated = self.setup.grace && token.generation + 1 == family.generation && now - family.rotated <= GRACE;
        if !current && !tolerated {
            family.alive = false;
            return Renewal::Refused;
        }
        if current {
            family.generation += 1;
            family.rotated = now;
        }
        let next = Refresh {
            family: token.family,
            generation: token.generation + 1,
        };
        Renewal::Granted {
            body: self.body(next, now),
            next,
            spent: !current,
        }
    }

    pub(crate) fn revoke(&mut self, family: usize) {
        self.families[family].alive = false;
    }

    pub(crate) fn new_key(&mut self) {
        self.void = self.tokens.len();
    }

    pub(crate) fn access(&self, token: &str) -> Access {
        self.tokens[number(token)]
    }

    /// Whether a server takes the token.
    pub(crate) fn takes(&self, token: &str, now: u64) -> bool {
        number(token) >= self.void && now < self.access(token).expires
    }

    fn body(&mut self, next: Refresh, now: u64) -> String {
        let Refresh { family, generation } = next;
        let subject = self.families[family].subject;
        let number = self.tokens.len();
        self.tokens.push(Access {
            subject,
            family,
            issued: now,
            expires: now + self.setup.lifetime * 1_000,
        });
        format!(
            r#"{{"access_token":"a-{number}","expires_in":{},"id_token":"e30.{}.x","refresh_token":"r-{family}-{generation}"}}"#,
            self.setup.lifetime, CLAIMS[subject]
        )
    }
}

/// The refresh token in the body of a request.
pub(crate) fn in_form(form: &str) -> Option<Refresh> {
    let at = form.find("r-")?;
    let mut numbers = form[at + 2..].split(|c: char| !c.is_ascii_digit());
    Some(Refresh {
        family: numbers.next()?.parse().ok()?,
        generation: numbers.next()?.parse().ok()?,
    })
}

fn number(token: &str) -> usize {
    token[2..].parse().unwrap()
}
