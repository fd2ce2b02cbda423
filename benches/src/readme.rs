//! What the README says of the results, between two marks.

use std::fmt::Write;
use std::fs;

use crate::results::{Results, Row};
use crate::sections::{name_of, show};

const BEGIN: &str = "<!-- measured: `cargo xtask bench` writes this -->\n";
const END: &str = "<!-- measured -->\n";
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

/// What is compared: the part, the measure, the size, and how it is called.
const COMPARED: [(&str, &str, usize, &str); 15] = [
    ("bytes", "stack", 0, "bytes to load"),
    ("open", "whole", 100, "from import to the first read, 100 lines"),
    ("open", "whole", 1_000, "from import to the first read, 1,000 lines"),
    ("open", "whole", 10_000, "from import to the first read, 10,000 lines"),
    ("state", "change", 10, "changing one line of 10"),
    ("state", "change", 1_000, "changing one line of 1,000"),
    ("state", "change", 10_000, "changing one line of 10,000"),
    ("state", "add", 1_000, "adding 1,000 lines one by one"),
    ("state", "read", 1_000, "reading one line of 1,000"),
    ("state", "snapshot", 1_000, "the whole of 1,000 lines after one change"),
    ("tabs", "latency", 100, "until another tab knows"),
    ("requests", "added, 1 at once", 0, "added to a request"),
    (
        "requests",
        "added, 1 at once",
        1_000,
        "added to a request with 1 KB of state",
    ),
    ("tabs", "lost", 8_000, "lost of 8,000 updates by 4 tabs"),
    (
        "refresh",
        "refreshes",
        800,
        "refreshes for 800 expired requests in 8 tabs",
    ),
];

/// Writes it, if the README has a place for it, and all parts have been measured.
pub(crate) fn write(results: &[Results]) {
    let text = fs::read_to_string(PATH).expect("the README");
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        return;
    };
    if COMPARED
        .iter()
        .all(|(part, ..)| results.iter().any(|results| results.part == *part))
    {
        let whole = [&text[..begin + BEGIN.len()], &section(results), &text[end..]].concat();
        fs::write(PATH, whole).expect("the README can be written");
    }
}

/// Each measure in which a peer is better, if that is no accident: their intervals don't touch.
pub(crate) fn better(results: &[Results]) -> Vec<String> {
    let mut lines = Vec::new();
    for (part, measure, size, name) in COMPARED {
        let Some(own) = row(results, part, measure, size, "holdall") else {
            continue;
        };
        let better: Vec<&Row> = peers(results, part, measure, size)
            .filter(|peer| peer.interval[1] < own.interval[0])
            .collect();
        let Some(best) = better.iter().min_by(|one, other| one.median.total_cmp(&other.median)) else {
            continue;
        };
        let others = match better.len() - 1 {
            0 => String::new(),
            1 => ", and one other".into(),
            count => format!(", and {count} others"),
        };
        lines.push(format!(
            "{name}: {} with {}{others}; holdall {}",
            show(best.median, &best.unit),
            name_of(&best.contender),
            show(own.median, &own.unit),
        ));
    }
    lines
}

fn section(results: &[Results]) -> String {
    let setting = &results[0].setting;
    let rounds = results.iter().filter(|part| part.rounds > 1 && part.part != "refresh");
    let rounds = rounds.map(|part| part.rounds);
    let rounds = rounds.min().unwrap_or(1);
    let mut text = format!(
        "Medians of at least {rounds} rounds; {}, {}, {}. What is better is bold, unless that may be an accident.\n\n",
        setting.browser, setting.machine, setting.date
    );
    for (file, name) in [
        ("change", "Changing one line"),
        ("open", "Opening"),
        ("request", "Requests"),
        ("bytes", "Bytes"),
    ] {
        let _ = writeln!(
            text,
            "<img src=\"docs/measured-{file}.svg\" width=\"400\" alt=\"{name}\">"
        );
    }
    text.push_str("\n| | holdall | best peer | |\n|---|---:|---:|---|\n");
    for (part, measure, size, name) in COMPARED {
        let best = peers(results, part, measure, size).min_by(|one, other| one.median.total_cmp(&other.median));
        let (Some(own), Some(best)) = (row(results, part, measure, size, "holdall"), best) else {
            continue;
        };
        let cell = |row: &Row, than: &Row| match show(row.median, &row.unit) {
            text if row.interval[1] < than.interval[0] => format!("**{text}**"),
            text => text,
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} |",
            cell(own, best),
            cell(best, own),
            name_of(&best.contender)
        );
    }
    text + "\n"
}

fn row<'a>(results: &'a [Results], part: &str, measure: &str, size: usize, contender: &str) -> Option<&'a Row> {
    results
        .iter()
        .find(|results| results.part == part)?
        .row(measure, contender, size)
}

/// What one would use instead: not the physical limits.
fn peers<'a>(results: &'a [Results], part: &'a str, measure: &'a str, size: usize) -> impl Iterator<Item = &'a Row> {
    let rows = results
        .iter()
        .filter(move |results| results.part == part)
        .flat_map(|results| &results.rows);
    rows.filter(move |row| {
        row.measure == measure
            && row.size == size
            && !["holdall", "inline", "json", "raw", "fetch"].contains(&row.contender.as_str())
    })
}
