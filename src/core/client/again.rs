//! Requests that are sent otherwise than at first, or again.

use super::{Client, Exchange};
use crate::error::{Code, Error};
use crate::json::canonical;
use crate::request::{Overflow, Place, Plan, encode};

/// The first repetition comes after about this time, each further one after twice as much.
const FIRST_WAIT: u64 = 500;
/// Nobody waits longer than this for an answer: it is the caller's then.
const LONGEST_WAIT: u64 = 60_000;

/// Stands for a status where nobody has answered. (0 is that of answers that show nothing.)
pub const NO_ANSWER: u16 = 1;

const QUERY: &str = "QUERY";

impl Client {
    /// Puts all of the state into the body, since it doesn't fit elsewhere.
    ///
    /// # Errors
    /// What [`encode`] refuses.
    pub fn overflow(&self, exchange: &mut Exchange) -> Result<(), Error> {
        let plan = &mut exchange.plan;
        for send in &mut plan.sends {
            send.place = Place::Body;
        }
        if plan.bodiless {
            plan.bodiless = false;
            let refused = self.without_query.iter().any(|origin| **origin == *exchange.origin);
            exchange.method = Some(if plan.overflow == Overflow::Query && !refused {
                QUERY
            } else {
                "POST"
            });
        }
        exchange.outgoing = encode(plan, |slice| self.store.whole(slice))?;
        Ok(())
    }

    /// Whether a server has refused QUERY, so that this request, and all later ones to it, go by POST.
    pub(super) fn resends_query(&mut self, exchange: &mut Exchange, status: u16) -> bool {
        let refused = exchange.method == Some(QUERY) && matches!(status, 405 | 501);
        if refused {
            exchange.method = Some("POST");
            self.without_query.push(exchange.origin.clone());
        }
        refused
    }

    /// How many milliseconds to wait before the request is sent again by [`start_again`](Self::start_again); `None`: what came is
    /// the caller's. `status` may be [`NO_ANSWER`], `asked` what the server's `Retry-After` says.
    pub fn retry_after(&mut self, exchange: &mut Exchange, status: u16, asked: Option<u64>) -> Option<u64> {
        let plan = &exchange.plan;
        let safe = plan.idempotent || exchange.keyed || exchange.idempotency_key.is_some();
        if !may_pass(status) || !safe || !exchange.repeatable || exchange.tries >= plan.retry {
            return None;
        }
        let longest = FIRST_WAIT << exchange.tries.min(8);
        // Clients that have failed together don't come back together.
        let wait = asked.unwrap_or_else(|| longest / 2 + self.random.draw() % longest);
        exchange.tries += 1;
        Some(wait).filter(|wait| *wait <= LONGEST_WAIT)
    }

    /// Whether the request is to be sent again, after the wait: not if somebody has signed in or out meanwhile. It has the same state
    /// and key, and the newest token.
    pub fn start_again(&mut self, exchange: &mut Exchange) -> bool {
        // Its token stays what it was: by that its answer is known to be of a session that is over.
        if *exchange.epoch != **self.session.epoch() {
            return false;
        }
        let had_token = exchange.credentials.is_some();
        if had_token {
            exchange.credentials = self.session.current();
        }
        exchange.credentials.is_some() == had_token
    }

    /// What functions have made is compared and hashed like all other state.
    pub(super) fn make_selected_canonical(&self, plan: &mut Plan) -> Result<(), Error> {
        for send in &mut plan.sends {
            let Some(text) = &send.selected else { continue };
            let canonical = canonical(text, self.numbers)
                .ok()
                .filter(|text| text.starts_with(['[', '{']));
            let refused = || {
                let why = "` has to give an object or an array, or undefined to send nothing";
                Error::new(Code::NotEncodable, &["`select` of the slice `", &send.slice_name, why])
            };
            send.selected = Some(canonical.ok_or_else(refused)?);
        }
        Ok(())
    }
}

impl Exchange {
    /// Whether it has been sent more than once.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        self.replayed || self.tries > 0
    }

    /// Whether state that doesn't fit may go into the body instead.
    #[must_use]
    pub fn may_overflow(&self) -> bool {
        self.plan.overflow != Overflow::Error && self.plan.sends.iter().any(|send| send.place != Place::Body)
    }
}

/// Whether what `status` says may pass, so that [`Client::retry_after`] has something to say of it.
#[must_use]
pub fn may_pass(status: u16) -> bool {
    matches!(status, NO_ANSWER | 408 | 429 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests;
