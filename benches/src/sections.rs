//! What the report shows of each part.

use std::fmt::Write;

use crate::contender::{STORES, title};
use crate::plot::{Bar, Role, Series, bars, escaped, lines, thousands};
use crate::results::{Results, Row};

pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    /// How often it was measured, and when.
    pub(crate) note: String,
    pub(crate) plots: Vec<Plot>,
    pub(crate) table: String,
}

pub(crate) struct Plot {
    /// Its name in `docs`, if the README shows it.
    pub(crate) file: Option<&'static str>,
    pub(crate) svg: String,
}

pub(crate) fn sections(results: &[Results]) -> Vec<Section> {
    results.iter().filter_map(section).collect()
}

fn section(part: &Results) -> Option<Section> {
    let bars = |title: &str, measure: &str, size: usize| plot(None, bar_plot(part, title, measure, size));
    let lines = |title: &str, measure: &str| plot(None, line_plot(part, title, measure));
    let (title, text, plots) = match part.part.as_str() {
        "state" => (
            "Change, add, read",
            "A change is measured from the call until it is in localStorage, with one listener and one look at the whole. What is added is added one by \
             one, likewise. “setItem alone” writes a record like holdall's, and does nothing else.",
            vec![
                plot(
                    Some("measured-change.svg"),
                    line_plot(part, "Change one line, by the lines of the cart", "change"),
                ),
                lines("The same, if nobody looks at the whole", "change alone"),
                bars("Add 1,000 lines, one by one", "add", 1_000),
                lines("Read one line, by the lines of the cart", "read"),
                lines("The whole after one change", "snapshot"),
            ],
        ),
        "open" => (
            "Open",
            "From import() until the first line was read, with code from the browser's cache; each stack has what keeps the session in its bundle, too. \
             Then apart: the module alone, and what is stored alone. “one key, JSON.parse” is the least that a page can do.",
            vec![
                plot(
                    Some("measured-open.svg"),
                    bar_plot(part, "Import to first read, 100 lines stored", "whole", 100),
                ),
                lines("Import to first read, by the lines stored", "whole"),
                lines("Opening alone, by the lines stored", "open"),
                bars("Module start, from the browser's cache", "start", 0),
                bars("Module start in a new browser", "cold start", 0),
            ],
        ),
        "tabs" => (
            "Several tabs",
            "Latency is half of the way there and back, between two tabs that change a line in answer to each other. Lost is what is missing after four tabs \
             have counted to 2,000 each, on the same line at once. redux-persist hears nothing of other tabs.",
            vec![
                bars("Until another tab knows", "latency", 100),
                bars("Lost of 8,000 updates", "lost", 8_000),
            ],
        ),
        "requests" => (
            "Requests",
            "What a request takes longer than the browser's own fetch of the same bytes, with a live token.",
            vec![
                plot(
                    Some("measured-request.svg"),
                    bar_plot(part, "Added to a request", "added, 1 at once", 0),
                ),
                bars("Added to a request with 1 KB of state", "added, 1 at once", 1_000),
                bars("Added to a request with 4 KB of state", "added, 1 at once", 4_000),
                bars("Added to 50 at once, until all are answered", "added, 50 at once", 0),
                bars(
                    "Added to 50 at once with 1 KB of state each",
                    "added, 50 at once",
                    1_000,
                ),
            ],
        ),
        "refresh" => (
            "Renewing a token",
            "Eight tabs find an expired token, with a hundred requests each. Counted by the server: refreshes; how many of them came with a refresh token that \
             had been replaced, for which a strict server ends the session; and how many of the requests were answered in the end. axios-auth-refresh has \
             deduplicateRefresh off: by default it rejects what was under way when the first 401 came. ky and oidc-client-ts are called once for all that wait \
             in a tab, which their documentation leaves to the user.",
            vec![
                plot(
                    Some("measured-refresh.svg"),
                    bar_plot(part, "Refreshes, for 800 expired requests in 8 tabs", "refreshes", 800),
                ),
                bars("With an old refresh token", "old tokens", 800),
                bars("Requests answered", "answered", 800),
            ],
        ),
        "bytes" => (
            "Bytes",
            "Brotli of the production bundle of each stack, and of what each part of them has alone. All that holdall's entry loads is counted.",
            vec![
                plot(
                    Some("measured-bytes.svg"),
                    bar_plot(part, "A page loads, kB of brotli", "stack", 0),
                ),
                bars("Parts of the stacks", "part", 0),
                bars("holdall's files", "file", 0),
            ],
        ),
        "memory" => (
            "Memory",
            "The heap after forced collections, and what WebAssembly has taken, which never shrinks.",
            vec![
                lines("Heap, by changes made", "heap after changes"),
                lines("Heap, by requests sent", "heap after requests"),
                lines("WebAssembly, by changes made", "wasm after changes"),
            ],
        ),
        _ => return None,
    };
    let plots = plots.into_iter().filter(|plot| !plot.svg.is_empty()).collect();
    Some(Section {
        title,
        text,
        note: match part.rounds {
            1 => part.setting.date.clone(),
            rounds => format!("{rounds} rounds, {}", part.setting.date),
        },
        plots,
        table: table(part),
    })
}

fn plot(file: Option<&'static str>, svg: String) -> Plot {
    Plot { file, svg }
}

fn bar_plot(part: &Results, name: &str, measure: &str, size: usize) -> String {
    let mut rows: Vec<&Row> = part
        .rows
        .iter()
        .filter(|row| row.measure == measure && row.size == size)
        .collect();
    rows.sort_by(|one, other| one.median.total_cmp(&other.median));
    if rows.is_empty() {
        return String::new();
    }
    let all: Vec<Bar> = rows
        .into_iter()
        .map(|row| Bar {
            name: name_of(&row.contender),
            role: role(&row.contender),
            value: row.median,
            interval: row.interval,
            text: show(row.median, &row.unit),
        })
        .collect();
    bars(name, &all)
}

fn line_plot(part: &Results, name: &str, measure: &str) -> String {
    let logarithms = !measure.contains("after");
    let mut contenders: Vec<&str> = part
        .rows
        .iter()
        .filter(|row| row.measure == measure)
        .map(|row| row.contender.as_str())
        .collect();
    contenders.sort_by_key(|contender| colour(contender));
    contenders.dedup();
    let mut unit = "ms";
    let mut series = Vec::new();
    for contender in contenders {
        let rows = part
            .rows
            .iter()
            .filter(|row| row.measure == measure && row.contender == contender);
        let mut points = Vec::new();
        for row in rows {
            unit = &row.unit;
            // There is no logarithm of nothing.
            if row.size > 0 || !logarithms {
                points.push((row.size as f64, row.median));
            }
        }
        if points.iter().any(|(_, value)| *value > 0.0) {
            series.push(Series {
                name: name_of(contender),
                colour: colour(contender),
                points,
            });
        }
    }
    if series.is_empty() {
        return String::new();
    }
    lines(name, &series, logarithms, |value| show(value, unit))
}

fn table(part: &Results) -> String {
    let mut table =
        String::from("<table><tr><th>measure</th><th>size</th><th></th><th>median</th><th>95 %</th><th>p99</th></tr>");
    for row in &part.rows {
        let [low, high] = row.interval.map(|value| show(value, &row.unit));
        let _ = write!(
            table,
            "<tr><td>{}</td><td class=\"number\">{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{low} – {high}</td>\
             <td class=\"number\">{}</td></tr>",
            escaped(&row.measure),
            thousands(row.size as f64),
            escaped(&name_of(&row.contender)),
            show(row.median, &row.unit),
            show(row.p99, &row.unit),
        );
    }
    table + "</table>"
}

pub(crate) fn name_of(contender: &str) -> String {
    match contender.split_once('/') {
        Some((_, part)) => title(part),
        None => title(contender),
    }
}

fn role(contender: &str) -> Role {
    match contender {
        "raw" | "json" | "fetch" => Role::Limit,
        name if ["holdall", "inline"].contains(&name) || name.contains("holdall_") || name.starts_with("index.js") => {
            Role::Own
        }
        _ => Role::Peer,
    }
}

fn colour(contender: &str) -> usize {
    let state = contender.split(' ').next().unwrap_or(contender);
    match state {
        "raw" | "fetch" => 7,
        "ky" => 1,
        "axios" => 2,
        "auth0" => 3,
        "oidc" => 4,
        "zustand" if contender.ends_with("auth0") => 7,
        "zustand" if contender.ends_with("oidc") => 6,
        "json" => 6,
        "inline" => 8,
        name => STORES.iter().position(|store| *store == name).unwrap_or(6),
    }
}

/// In the unit that gives a readable number.
pub(crate) fn show(value: f64, unit: &str) -> String {
    let (value, unit) = if unit == "ms" && value.abs() < 0.1 {
        (value * 1_000.0, "µs")
    } else {
        (value, unit)
    };
    let digits = match value.abs() {
        0.0 => 0,
        size if size >= 100.0 || size.fract() == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let number = if value >= 1_000.0 {
        thousands(value.round())
    } else {
        format!("{value:.digits$}")
    };
    match unit {
        "requests" | "updates" => number,
        unit => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_readable() {
        assert_eq!(show(0.01234, "ms"), "12.3 µs");
        assert_eq!(show(7.4, "ms"), "7.40 ms");
        assert_eq!(show(104.2, "kB"), "104 kB");
        assert_eq!(show(5_422.0, "updates"), "5,422");
        assert_eq!(show(0.0, "updates"), "0");
        assert_eq!(show(-0.0123, "ms"), "-12.3 µs");
    }
}
