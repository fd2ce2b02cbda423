//! The report: one page of HTML that needs nothing else, the plots that the README shows, and the README's own words on it.

use std::fmt::Write;
use std::fs;

use crate::harness::Bench;
use crate::plot::escaped;
use crate::readme;
use crate::results::{Results, Setting};
use crate::sections::{Section, sections};

const STYLE: &str = include_str!("report.css");

/// Of all parts that there are results of.
pub(crate) fn write(bench: &Bench) {
    let parts = ["state", "open", "tabs", "requests", "refresh", "bytes", "memory"];
    let results: Vec<Results> = parts.iter().filter_map(|part| Results::read(bench, part)).collect();
    if results.is_empty() {
        return;
    }
    let sections = sections(&results);
    fs::create_dir_all(&bench.docs).expect("a directory for the plots");
    for section in &sections {
        for (name, svg) in section.plots.iter().filter_map(|plot| Some((plot.file?, &plot.svg))) {
            fs::write(bench.docs.join(name), svg).expect("a plot can be written");
        }
    }
    let path = bench.results.join("report.html");
    fs::write(&path, page(&results, &sections)).expect("the report can be written");
    if !bench.smoke {
        readme::write(&results);
    }
    println!("\nthe report: {}", path.display());
}

fn page(results: &[Results], sections: &[Section]) -> String {
    let mut body = String::new();
    let settings: Vec<&Setting> = results.iter().map(|part| &part.setting).collect();
    let _ = write!(body, "<h1>What holdall costs</h1>{}", setting(&settings));
    body.push_str(
        "<h2>What it must show</h2><div class=\"wide\"><table><tr><th>target</th><th>measured</th><th></th></tr>",
    );
    for target in results.iter().flat_map(|part| &part.targets) {
        let (class, word) = if target.met {
            ("met", "met")
        } else {
            ("missed", "not met")
        };
        let _ = write!(
            body,
            "<tr class=\"{class}\"><td>{}</td><td>{}</td><td>{word}</td></tr>",
            escaped(&target.text),
            escaped(&target.measured)
        );
    }
    body.push_str("</table></div><h2>Where a peer is better</h2><ul>");
    let better = readme::better(results);
    for line in &better {
        let _ = write!(body, "<li>{}</li>", escaped(line));
    }
    if better.is_empty() {
        body.push_str("<li>In nothing that is measured here.</li>");
    }
    body.push_str("</ul>");
    for section in sections {
        let _ = write!(
            body,
            "<h2>{}</h2><p>{}</p><p class=\"dim\">{}</p><div class=\"plots\">",
            escaped(section.title),
            escaped(section.text),
            escaped(&section.note)
        );
        for plot in &section.plots {
            let _ = write!(body, "<figure>{}</figure>", plot.svg);
        }
        let _ = write!(
            body,
            "</div><details><summary>All figures</summary><div class=\"wide\">{}</div></details>",
            section.table
        );
    }
    let _ = write!(body, "<h2>How it was measured</h2>{METHOD}{}", versions(&settings));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>What holdall costs</title>\n<style>{STYLE}</style>\n<main>{body}</main>\n</html>\n"
    )
}

const METHOD: &str = "<p>In one real browser, headless, on pages that a server on the same machine serves. Contenders take turns: each \
    round has every one once, in another order, on a page that was just loaded, with a storage that was just put into its state. Each figure is the median \
    of the rounds; the line in a bar, and the range in a table, is where the median lies with 95 % (sign test); p99 is of the single turns. The clock has \
    steps of 5 µs, on pages that are isolated from other origins as these are, so what takes less is done many times and divided. Latency added to a request \
    is the median of differences in pairs: one request with fetch, one with the contender, the same bytes, who is first changes. Each peer is used as its own \
    documentation has it, in a production bundle; the adapters are in <code>benches/peers/src</code>.</p>";

fn setting(settings: &[&Setting]) -> String {
    let Some(newest) = settings.iter().max_by(|one, other| one.date.cmp(&other.date)) else {
        return String::new();
    };
    let oldest = settings
        .iter()
        .map(|setting| &setting.date)
        .min()
        .unwrap_or(&newest.date);
    let date = if *oldest == newest.date {
        newest.date.clone()
    } else {
        format!("{oldest} to {}", newest.date)
    };
    format!(
        "<p class=\"dim\">{date} · {} · {}</p>",
        escaped(&newest.browser),
        escaped(&newest.machine)
    )
}

fn versions(settings: &[&Setting]) -> String {
    let all = settings.iter().flat_map(|setting| &setting.versions);
    let mut all: Vec<String> = all.map(|(name, version)| format!("{name} {version}")).collect();
    all.sort();
    all.dedup();
    format!("<p class=\"dim\">{}</p>", escaped(&all.join(" · ")))
}
