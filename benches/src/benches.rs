//! What the library costs, in a real browser, beside what one would otherwise use, and beside what no library could beat.
//!
//! ```text
//! cargo xtask bench                  all of these, one after another, and the report
//! cargo xtask bench journal          bytes written, longest tasks, what opening reads
//! cargo xtask bench bytes            what a page loads
//! cargo xtask bench open             from the import to the first read
//! cargo xtask bench state            changing, adding, reading
//! cargo xtask bench tabs             how soon another tab knows, and what is lost
//! cargo xtask bench requests         what a request takes longer
//! cargo xtask bench refresh          how often a token is renewed
//! cargo xtask bench memory           what stays in memory
//! cargo xtask bench micro            join, encode and decode, native (this is criterion's)
//! cargo xtask bench profile          where the time goes while opening and sending
//! cargo xtask bench report           the report again, from the results that there are
//! cargo xtask bench --rounds=10 …    sooner, and less sure
//! ```
//!
//! Contenders take turns: each round has every one once, in another order, on a page that was just loaded, with a storage that
//! was just put into its state. The figures are medians over the rounds.
//!
//! A browser's clock has steps of 5 µs, on a page that is isolated from other origins, as these are (100 µs elsewhere). So what
//! takes less is done many times, and divided.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "whoever runs this wants to know why it can't go on"
)]

mod bytes;
mod contender;
mod harness;
mod journal;
mod memory;
mod open;
mod page;
mod plot;
mod profile;
mod readme;
mod refresh;
mod report;
mod requests;
mod results;
mod sections;
mod seeds;
mod server;
mod state;
mod statistics;
mod tabs;
mod tokens;

use std::env;

use harness::Bench;

/// In this order if none is named.
const PARTS: [&str; 7] = ["bytes", "open", "state", "tabs", "requests", "refresh", "memory"];

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let smoke = arguments.iter().any(|argument| argument == "--smoke");
    let rounds = arguments.iter().find_map(|argument| argument.strip_prefix("--rounds="));
    let rounds = rounds.map(|number| number.parse().expect("a number of rounds"));
    let words = arguments.iter().map(String::as_str);
    let named: Vec<&str> = words.filter(|word| !word.starts_with("--")).collect();
    let parts = if named.is_empty() { PARTS.to_vec() } else { named };
    let bench = Bench::new(smoke, rounds).await;
    for part in parts {
        match part {
            "bytes" => bytes::run(&bench),
            "journal" => journal::run().await,
            "memory" => memory::run(&bench).await,
            "open" => open::run(&bench).await,
            "profile" => profile::run(&bench).await,
            "refresh" => refresh::run(&bench).await,
            "report" => {}
            "requests" => requests::run(&bench).await,
            "state" => state::run(&bench).await,
            "tabs" => tabs::run(&bench).await,
            unknown => panic!("there is no part `{unknown}`"),
        }
    }
    report::write(&bench);
}
