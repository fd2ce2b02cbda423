//! The simulations: of the journal, told here, and of the [session], which judges for itself.
//!
//! Several pages of several processes over a model of `localStorage` that lags, refuses, drops and forgets,
//! with pages that crash, freeze and sleep; from a seed, so that every run can be had again.
//!
//! ```text
//! cargo xtask simulate                  2,000 seeds
//! cargo xtask simulate --seeds 100000   so many
//! cargo xtask simulate --from 100000    others than these
//! cargo xtask simulate --seed 17        one, step by step; if it fails, only the steps that it takes to fail
//! cargo xtask simulate --mutants        takes each shortcut that loses data until a run tells
//! cargo xtask simulate --session        one of the two alone
//! ```
//!
//! # What a run is
//!
//! A [schedule](generate) of [actions](action) comes from the seed. Each action stands for itself, so that any part of a schedule is
//! one: of a run that fails, actions are [left out](shrink) as long as the rest still fails. A [run] carries them out on
//! [pages](page), which are stores of the real core on a model of the [storage](origin). At the [end](ending) all pages compact for a
//! while among all faults; then all is well, everything arrives, and everybody must agree on everything.
//!
//! # How it is judged
//!
//! By an oracle that joins nothing. It keeps the [history] of all operations, and of each page the set of those that it has
//! seen; what a set of operations must [show](view) it works out from all of them anew. From the core it takes but what an
//! operation is called (its dot and stamp), and from a stored document only which operations it claims to contain, and of these just
//! those that its writer had seen.
//!
//! | check | what must hold |
//! |---|---|
//! | view | after each step every page shows what the operations that it has seen must show |
//! | outcome, event | a change does, or is refused, as the entry asks for; it has a name and a time of its own |
//! | acknowledged | what a page calls stored is in some stored entry |
//! | removal, late refusal | what the main copy has held stays in some stored entry |
//! | whole transactions | a page shows all of a transaction, or nothing |
//! | write once, readable | no key of the journal is written twice, and what is written can be read |
//! | leak | nobody is shown what is another user's |
//! | end, lost | a fresh page, the others and the oracle agree on what is stored, and nothing that must be is missing |
//! | bounded, rest | at rest, few entries are left, and nobody goes on writing |
//! | panic | nothing panics |
//!
//! An operation may be missing only if somebody has emptied the storage, or if the storage has dropped its record after the page was
//! told that it is stored, and that page had gone by then. After the storage was emptied nobody need say that what had been retired is gone.
//!
//! # What is taken for granted
//!
//! A write reaches the main copy within four seconds, or else the writing process knows that it was dropped within four more (in
//! Chromium, which does that, it takes less). In half a minute fewer pages are born than it takes to retire one that is alive, and no
//! more than these while a page can't store what it has done, or before what was sent is consumed. Everything else may take any time.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod action;
mod ask;
mod change;
mod command;
mod ending;
mod faults;
mod generate;
mod history;
mod look;
mod op;
mod ops;
mod origin;
mod owners;
mod page;
mod port;
mod run;
mod seed;
mod session;
mod shrink;
mod slices;
mod stored;
mod sweep;
#[cfg(test)]
mod tests;
mod view;
mod world;

use std::env;
use std::process::ExitCode;

use command::Command;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (command, of) = match command::parse(&arguments) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("{message}\n\n{}", command::USAGE);
            return ExitCode::from(2);
        }
    };
    let success = match command {
        Command::One(seed) => (!of.journal || sweep::one(seed)) && (!of.session || session::sweep::one(seed)),
        Command::Many { from, seeds, mutants } => {
            let journal = || (seeds == 0 || sweep::many(from, seeds)) && (!mutants || sweep::mutants());
            let session =
                || (seeds == 0 || session::sweep::many(from, seeds)) && (!mutants || session::sweep::mutants());
            (!of.journal || journal()) && (!of.session || session())
        }
    };
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
