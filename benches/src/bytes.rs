//! What a page loads: the bundle that a production build makes of each stack, in brotli.

use crate::contender::title;
use crate::harness::Bench;
use crate::results::{File, Results, Row, Sizes, Target};

/// What the default entry is to come to, now and next.
const MARKS: [f64; 2] = [45.0, 36.0];

pub(crate) fn run(bench: &Bench) {
    let mut rows = Vec::new();
    let mut own = (0.0, String::new());
    for size in Sizes::read(bench).sizes {
        let (measure, contender) = match (size.stack, size.part) {
            (Some(stack), _) => ("stack", stack),
            (None, Some(part)) => ("part", part),
            (None, None) => continue,
        };
        let kilobytes = |file: &File| file.brotli as f64 / 1000.0;
        let sum = size.files.iter().map(kilobytes).sum();
        println!("{sum:>8.1} kB  {}", title(&contender));
        if contender == "holdall" {
            let files: Vec<_> = size
                .files
                .iter()
                .map(|file| format!("{} {:.1}", file.name, kilobytes(file)))
                .collect();
            own = (sum, files.join(", "));
            rows.extend(size.files.iter().map(|file| row("file", &file.name, kilobytes(file))));
        }
        rows.push(row(measure, &contender, sum));
    }
    let targets = MARKS.iter().map(|mark| Target {
        text: format!("default entry, brotli, at most {mark} kB"),
        measured: format!("{:.1} kB ({})", own.0, own.1),
        met: own.0 <= *mark,
    });
    let results = Results {
        part: "bytes".into(),
        setting: bench.setting.clone(),
        rounds: 1,
        rows,
        targets: targets.collect(),
    };
    results.write(bench);
}

fn row(measure: &str, contender: &str, value: f64) -> Row {
    Row {
        measure: measure.into(),
        contender: contender.into(),
        size: 0,
        unit: "kB".into(),
        median: value,
        interval: [value; 2],
        p99: value,
        values: vec![value],
    }
}
