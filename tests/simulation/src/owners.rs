//! Whose state it is: users sign in and out, and each puts members of its own in a set. A member is named after its operation, so
//! whoever shows it, and whatever holds it, can be told by its name alone.

use crate::history::History;
use crate::op::Op;
use crate::ops::Ops;
use crate::page::Stamp;
use crate::run::{PROCESSES, Run};
use crate::slices::SLICES;
use crate::stored::is_claim;
use crate::world::World;

/// The users that there are.
pub(crate) const SUBJECTS: [&str; 2] = ["alice", "bob"];

/// The slice of the members, which comes after the others.
pub(crate) const MINE: usize = SLICES.len();

impl Run {
    /// A user signs in at a page, or out. The other pages follow when they next wake.
    pub(crate) fn sign_in(&mut self, at: usize, subject: Option<usize>) {
        // A server answers before that: so much time passes that everything is stored.
        self.world().advance(20_000);
        (0..PROCESSES).for_each(|process| self.deliver(process, u8::MAX, 0));
        self.world().subject = subject;
        self.follow(at);
    }

    /// Lets a page show the state of whoever is signed in.
    pub(crate) fn follow(&mut self, at: usize) {
        let subject = self.world().subject;
        if self.tabs[at].subject == subject {
            return;
        }
        let id = self.tabs[at].id;
        self.ask(at, |page| page.set_owner(subject));
        self.tabs[at].subject = subject;
        self.tabs[at].members = Ops::default();
        self.world().abandon(id);
        self.flush(at);
    }

    /// Puts a new member in the set of whoever is signed in at the page.
    pub(crate) fn join(&mut self, at: usize) {
        if self.world().history.is_full() {
            return;
        }
        let (id, subject) = (self.tabs[at].id, self.tabs[at].subject);
        let op = self.world().add_member(id, subject);
        let joined = self.ask(at, |page| page.join(op));
        {
            let mut world = self.world();
            if world.pages[id].dead {
                return;
            }
            if let Err(code) = joined {
                world.fail("outcome", format!("page {id}, member {op}: {code}"));
            }
            world.counts.operations += 1;
            world.pages[id].unacknowledged.insert(op);
            world.note(|| format!("page {id}: joins, which is [{op}]"));
        }
        self.tabs[at].members.insert(op);
        self.flush(at);
    }

    /// Whether a page shows only what its user may see, and all that it has put for it.
    pub(crate) fn look_at_members(&mut self, at: usize) {
        let tab = &self.tabs[at];
        let (id, subject, own) = (tab.id, tab.subject, tab.members);
        let shown = tab.page.members();
        let mut world = self.world();
        for op in shown.iter() {
            world.check_shown(op, id, subject);
        }
        // What a guest has put is a user's once it is claimed, and the guest begins anew.
        let is_own = |op: &usize| subject.is_some() || world.history.ops[*op].is_kept;
        let missing = (own - shown).iter().find(is_own);
        if let Some(op) = missing {
            world.fail("view", format!("page {id} has put member {op}, and doesn't show it"));
        }
    }

    /// Whether every user finds its members on a fresh page.
    pub(crate) fn check_members(&mut self) {
        let mut found = Ops::default();
        for subject in [Some(0), Some(1), None] {
            self.world().subject = subject;
            let at = self.open_afresh();
            found |= self.tabs[at].page.members();
            self.look_at_members(at);
            self.close_fresh(at);
        }
        let world = &mut *self.world();
        // Without its claim a guest's area may be passed over, and the next guest's be opened.
        let is_sure = |op: &usize| world.history.ops[*op].subject.is_some() || !world.has_lost_a_claim;
        let members: Ops = world.history.members().filter(is_sure).collect();
        if let Some(op) = ((world.durable() & members) - found).iter().next() {
            world.fail("lost", format!("{} is shown to nobody", world.history.name(op)));
        }
    }
}

impl World {
    fn check_shown(&mut self, op: usize, page: usize, subject: Option<usize>) {
        let member = &mut self.history.ops[op];
        let whose = |subject: Option<usize>| subject.map_or("guests", |subject| SUBJECTS[subject]);
        let wrong = match (member.subject, subject) {
            (None, None) => false,
            // What a guest has put becomes the user's who signs in, and no other's.
            (None, Some(_)) if self.has_lost_a_claim => false,
            (None, Some(subject)) => *member.claimed.get_or_insert(subject) != subject,
            (owner, subject) => owner != subject,
        };
        if wrong {
            let owner = whose(member.subject.or(member.claimed));
            let what = format!("page {page} shows member {op} of {owner} to {}", whose(subject));
            self.fail("leak", what);
        }
    }

    /// Notes that what guests have put is claimed: their pages forget it when they hear of that, and what they couldn't store with it.
    pub(crate) fn claim(&mut self, key: &str) {
        if !is_claim(key) {
            return;
        }
        self.has_claims = true;
        let members = self.history.members();
        let guests: Ops = members.filter(|op| self.history.ops[*op].subject.is_none()).collect();
        guests.iter().for_each(|op| self.history.ops[op].is_kept = false);
        for facts in &mut self.pages {
            self.excused |= facts.unacknowledged & guests;
            facts.unacknowledged = facts.unacknowledged - guests;
        }
        self.excuse_orphans(guests);
    }

    /// Notes that a claim was refused, or dropped after it was accepted: from then on what guests put may be anybody's.
    pub(crate) fn unclaim(&mut self, key: &str) {
        self.has_lost_a_claim |= is_claim(key);
    }

    /// Notes that a page has forgotten what it did for one user, since it shows another's.
    fn abandon(&mut self, page: usize) {
        let members: Vec<usize> = self.history.members().collect();
        let mut abandoned = Ops::default();
        for op in members {
            let member = &mut self.history.ops[op];
            if member.page == page {
                member.is_kept = false;
                abandoned.insert(op);
            }
        }
        let facts = &mut self.pages[page];
        let untold = facts.unacknowledged & abandoned;
        facts.unacknowledged = facts.unacknowledged - abandoned;
        // It may be stored, or not: nobody was told.
        self.excused |= untold;
        self.excuse_orphans(abandoned);
    }
}

impl World {
    fn add_member(&mut self, page: usize, subject: Option<usize>) -> usize {
        let ops = &mut self.history.ops;
        ops.push(Op {
            slice: MINE,
            key: 0,
            page,
            dot: None,
            at: 0,
            put: Stamp::ZERO,
            order: Stamp::ZERO,
            cells: Vec::new(),
            covers: Ops::default(),
            dead: Ops::default(),
            floors: Vec::new(),
            adds: None,
            // A page that hasn't heard of a claim puts it where another's is.
            is_kept: subject.is_some() || !self.has_claims,
            subject,
            claimed: None,
        });
        ops.len() - 1
    }
}

impl History {
    pub(crate) fn members(&self) -> impl Iterator<Item = usize> {
        let ops = self.ops.iter().enumerate();
        ops.filter(|(_, op)| op.slice == MINE).map(|(at, _)| at)
    }
}

/// The member's name, as a set's key.
pub(crate) fn name(op: usize) -> String {
    format!("\"m{op}\"")
}

/// The members that a text names.
pub(crate) fn named(text: &str) -> Ops {
    let after = text.split("\"m").skip(1);
    after
        .filter_map(|rest| rest.split(['"', '\\']).next()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_told_by_their_names() {
        let stored = format!("{{\"s\":{{{:?}:[],{:?}:[]}},\"m\":1}}", name(3), name(17));
        assert!(named(&stored) == [3, 17].into_iter().collect());
        assert!(named(&name(5)) == [5].into_iter().collect());
        assert!(named("{}").is_empty());
    }
}
