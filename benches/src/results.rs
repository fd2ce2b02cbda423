//! What was measured, as a file for each part.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::harness::Bench;
use crate::statistics::{interval, median, p99};

/// Where and when.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Setting {
    pub(crate) date: String,
    pub(crate) browser: String,
    pub(crate) machine: String,
    pub(crate) versions: BTreeMap<String, String>,
}

/// One part.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Results {
    pub(crate) part: String,
    pub(crate) setting: Setting,
    pub(crate) rounds: usize,
    pub(crate) rows: Vec<Row>,
    pub(crate) targets: Vec<Target>,
}

/// One figure.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    pub(crate) measure: String,
    pub(crate) contender: String,
    /// Lines, bytes, or whatever this depends on.
    pub(crate) size: usize,
    pub(crate) unit: String,
    pub(crate) median: f64,
    /// In which the median is, with 95 %.
    pub(crate) interval: [f64; 2],
    /// Of single ones, not of the rounds.
    pub(crate) p99: f64,
    /// Of each round.
    pub(crate) values: Vec<f64>,
}

/// What it must show.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Target {
    pub(crate) text: String,
    pub(crate) measured: String,
    pub(crate) met: bool,
}

/// The values of one measure so far, of rounds and of single ones.
#[derive(Default)]
struct Sample {
    rounds: Vec<f64>,
    each: Vec<f64>,
}

/// What is being measured, by measure, contender and size.
#[derive(Default)]
pub(crate) struct Samples(BTreeMap<(String, String, usize), Sample>);

/// What a page gives for a loop: the average, and each turn.
#[derive(Deserialize)]
pub(crate) struct Loop {
    pub(crate) mean: f64,
    pub(crate) each: Vec<f64>,
}

impl Samples {
    /// One round of a loop.
    pub(crate) fn add_loop(&mut self, measure: &str, contender: &str, size: usize, turns: Loop) {
        let sample = self.0.entry((measure.into(), contender.into(), size)).or_default();
        sample.rounds.push(turns.mean);
        sample.each.extend(turns.each);
    }

    /// One round that is one value.
    pub(crate) fn add(&mut self, measure: &str, contender: &str, size: usize, value: f64) {
        let each = vec![value];
        self.add_loop(measure, contender, size, Loop { mean: value, each });
    }

    pub(crate) fn rows(&self, unit: &str) -> Vec<Row> {
        let rows = self.0.iter().map(|((measure, contender, size), sample)| Row {
            measure: measure.clone(),
            contender: contender.clone(),
            size: *size,
            unit: unit.into(),
            median: median(&sample.rounds),
            interval: interval(&sample.rounds),
            p99: p99(&sample.each),
            values: sample.rounds.clone(),
        });
        rows.collect()
    }
}

impl Results {
    pub(crate) fn row(&self, measure: &str, contender: &str, size: usize) -> Option<&Row> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.measure == measure && row.contender == contender && row.size == size)
    }

    /// The median of one figure; not a number if it wasn't measured.
    pub(crate) fn median(&self, measure: &str, contender: &str, size: usize) -> f64 {
        self.row(measure, contender, size).map_or(f64::NAN, |row| row.median)
    }

    /// Keeps them, and says what they show.
    pub(crate) fn write(&self, bench: &Bench) {
        for Target { text, measured, met } in &self.targets {
            println!("{} {text}: {measured}", if *met { "    met" } else { "NOT MET" });
        }
        fs::create_dir_all(&bench.results).expect("a directory for the results");
        let path = bench.results.join(format!("{}.json", self.part));
        let text = serde_json::to_string_pretty(self).expect("JSON");
        fs::write(&path, compact(&text) + "\n").expect("the results can be written");
    }

    pub(crate) fn read(bench: &Bench, part: &str) -> Option<Self> {
        let text = fs::read(bench.results.join(format!("{part}.json"))).ok()?;
        Some(serde_json::from_slice(&text).expect("results as they were written"))
    }
}

/// With lists of numbers on one line each, or nobody could read it.
fn compact(json: &str) -> String {
    let mut text = String::new();
    let mut in_numbers = false;
    for line in json.lines() {
        let trimmed = line.trim_start();
        let number = trimmed.starts_with(|first: char| first.is_ascii_digit() || first == '-')
            || trimmed == "null"
            || trimmed == "null,";
        if number || (in_numbers && trimmed.starts_with(']')) {
            text.truncate(text.trim_end().len());
            if number && !text.ends_with('[') {
                text.push(' ');
            }
            text.push_str(trimmed);
        } else {
            text.push_str(line);
        }
        in_numbers = number;
        text.push('\n');
    }
    text.trim_end().to_owned()
}

#[derive(Deserialize)]
pub(crate) struct Sizes {
    pub(crate) sizes: Vec<Size>,
    pub(crate) versions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(crate) struct Size {
    /// What does the whole job, if this is a stack.
    pub(crate) stack: Option<String>,
    /// What is only a part of one.
    pub(crate) part: Option<String>,
    pub(crate) files: Vec<File>,
}

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) brotli: usize,
}

impl Sizes {
    /// What the build of the contenders has found out.
    pub(crate) fn read(bench: &Bench) -> Self {
        let text = fs::read(bench.contenders.join("sizes.json")).expect("the contenders' bundles");
        serde_json::from_slice(&text).expect("their sizes")
    }
}

impl Setting {
    pub(crate) fn of(bench: &Bench, date: String, browser: String, cores: usize) -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let model = model.map_or(std::env::consts::ARCH, |(_, model)| model);
        let version = browser
            .split(' ')
            .find(|word| word.starts_with("HeadlessChrome/") || word.starts_with("Chrome/"));
        let mut versions = Sizes::read(bench).versions;
        versions.insert("holdall".into(), env!("CARGO_PKG_VERSION").into());
        Self {
            date: date.get(..16).unwrap_or(&date).replace('T', " ") + " UTC",
            browser: version
                .unwrap_or(&browser)
                .replace("HeadlessChrome/", "headless Chromium ")
                .replace("Chrome/", "Chromium "),
            machine: format!("{model}, {cores} cores, {}", std::env::consts::OS),
            versions,
        }
    }
}
