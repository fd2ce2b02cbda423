//! Plots, as SVG that stands alone and looks right in light and dark, small and large.

use std::fmt::Write;

/// Narrow, so that its text is still read on a phone.
const WIDTH: f64 = 400.0;
const STYLE: &str = "<style>\
svg{font:12px system-ui,sans-serif;color-scheme:light dark}\
text{fill:#222}.axis{fill:#666}.grid{stroke:#ddd}.bar{fill:#9aa5b1}.own{fill:#c2410c}.limit{fill:#4b7f52}.mark{stroke:#222}\
.s0{stroke:#c2410c;fill:#c2410c}.s1{stroke:#2563eb;fill:#2563eb}.s2{stroke:#7c3aed;fill:#7c3aed}.s3{stroke:#0e7490;fill:#0e7490}\
.s4{stroke:#a16207;fill:#a16207}.s5{stroke:#be185d;fill:#be185d}.s6{stroke:#64748b;fill:#64748b}.s7{stroke:#15803d;fill:#15803d}.s8{stroke:#78350f;fill:#78350f}\
.line{fill:none;stroke-width:1.5}.line.s0{stroke-width:3}\
@media(prefers-color-scheme:dark){text{fill:#e6e6e6}.axis{fill:#a0a0a0}.grid{stroke:#444}.bar{fill:#66717d}.own{fill:#f9814a}.limit{fill:#7fb88a}.mark{stroke:#e6e6e6}\
.s0{stroke:#f9814a;fill:#f9814a}.s1{stroke:#7aa7ff;fill:#7aa7ff}.s2{stroke:#b79bff;fill:#b79bff}.s3{stroke:#4cc3dd;fill:#4cc3dd}\
.s4{stroke:#e0b84a;fill:#e0b84a}.s5{stroke:#ff85b8;fill:#ff85b8}.s6{stroke:#a9b6c6;fill:#a9b6c6}.s7{stroke:#6fcf8a;fill:#6fcf8a}.s8{stroke:#d6a77a;fill:#d6a77a}.line{fill:none}}\
</style>";

/// What it is about decides its colour.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Own,
    Peer,
    /// What no library can beat.
    Limit,
}

pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) value: f64,
    pub(crate) interval: [f64; 2],
    /// The value as it is written beside it.
    pub(crate) text: String,
}

pub(crate) struct Series {
    pub(crate) name: String,
    /// The colour, 0 to 7; ours is 0.
    pub(crate) colour: usize,
    pub(crate) points: Vec<(f64, f64)>,
}

/// One bar below the other, each with its name above it, and with a line for its interval. Where one would dwarf all others, by logarithm.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars
        .iter()
        .map(|bar| bar.interval[1].max(bar.value))
        .fold(0.0, f64::max);
    let least = bars
        .iter()
        .map(|bar| bar.interval[0].min(bar.value))
        .fold(f64::INFINITY, f64::min);
    let by_logarithm = least > 0.0 && most / least > 50.0;
    let from = if by_logarithm { least / 2.0 } else { least.min(0.0) };
    let place = |value: f64| {
        let part = if by_logarithm {
            (value.max(from) / from).ln() / (most / from).ln()
        } else {
            (value - from) / (most - from).max(f64::MIN_POSITIVE)
        };
        4.0 + part * (WIDTH - 8.0)
    };
    let start = if by_logarithm { 4.0 } else { place(0.0) };
    let mut body = String::new();
    for (number, bar) in bars.iter().enumerate() {
        let top = 34.0 + number as f64 * 40.0;
        let class = match bar.role {
            Role::Own => "own",
            Role::Peer => "bar",
            Role::Limit => "limit",
        };
        let weight = if bar.role == Role::Own {
            " font-weight=\"700\""
        } else {
            ""
        };
        let (left, right) = (start.min(place(bar.value)), start.max(place(bar.value)));
        let [low, high] = bar.interval.map(place);
        let _ = write!(
            body,
            "<text x=\"4\" y=\"{:.0}\"{weight}>{}</text><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\"{weight}>{}</text>\
             <rect class=\"{class}\" x=\"{left:.1}\" y=\"{:.0}\" width=\"{:.1}\" height=\"14\" rx=\"2\"/>",
            top + 10.0,
            escaped(&bar.name),
            WIDTH - 4.0,
            top + 10.0,
            escaped(&bar.text),
            top + 15.0,
            (right - left).max(1.0),
        );
        if high - low > 1.0 {
            let middle = top + 22.0;
            let _ = write!(body, "<path class=\"mark\" d=\"M{low:.1} {middle}H{high:.1}\"/>");
        }
    }
    let scale = if by_logarithm { " (logarithmic)" } else { "" };
    whole(&format!("{title}{scale}"), 40.0 + bars.len() as f64 * 40.0, &body)
}

/// Lines over one another. `x` by logarithm if its values are, as 10, 100, 1,000 are; `y` likewise.
pub(crate) fn lines(title: &str, series: &[Series], logarithms: bool, show: impl Fn(f64) -> String) -> String {
    const LEFT: f64 = 62.0;
    const TOP: f64 = 34.0;
    const HEIGHT: f64 = 200.0;
    let points = || series.iter().flat_map(|series| series.points.iter().copied());
    let scaled = |value: f64| if logarithms { value.max(1e-6).log10() } else { value };
    let range = |values: &mut dyn Iterator<Item = f64>| {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        (low, if high > low { high } else { low + 1.0 })
    };
    let (left, right) = range(&mut points().map(|(x, _)| scaled(x)));
    let (mut low, high) = range(&mut points().map(|(_, y)| scaled(y)));
    if logarithms {
        low = low.floor();
    } else {
        low = 0.0;
    }
    let high = if logarithms {
        high.ceil().max(low + 1.0)
    } else {
        high * 1.05
    };
    let x = |value: f64| LEFT + (scaled(value) - left) / (right - left) * (WIDTH - LEFT - 24.0);
    let y = |value: f64| TOP + HEIGHT - (value - low) / (high - low) * HEIGHT;

    let mut body = String::new();
    let steps = if logarithms { (high - low) as usize } else { 4 };
    for step in 0..=steps {
        let value = low + (high - low) * step as f64 / steps as f64;
        let name = show(if logarithms { 10_f64.powf(value) } else { value });
        let _ = write!(
            body,
            "<path class=\"grid\" d=\"M{LEFT} {0:.1}H{1}\"/><text class=\"axis\" x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{name}</text>",
            y(value),
            WIDTH - 8.0,
            LEFT - 6.0,
            y(value) + 4.0,
        );
    }
    let mut marks: Vec<f64> = points().map(|(x, _)| x).collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    if marks.len() > 5 {
        marks = vec![marks[0], marks[marks.len() / 2], marks[marks.len() - 1]];
    }
    for mark in marks {
        let text = thousands(mark);
        let _ = write!(
            body,
            "<text class=\"axis\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
            x(mark),
            TOP + HEIGHT + 18.0
        );
    }
    // Ours last, so that it lies above the others.
    for series in series.iter().rev() {
        let mut path = String::new();
        for (number, (at, value)) in series.points.iter().enumerate() {
            let letter = if number == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{:.1} {:.1}", x(*at), y(scaled(*value)));
        }
        let _ = write!(body, "<path class=\"line s{}\" d=\"{path}\"/>", series.colour);
        if series.points.len() <= 5 {
            for (at, value) in &series.points {
                let _ = write!(
                    body,
                    "<circle class=\"s{}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>",
                    series.colour,
                    x(*at),
                    y(scaled(*value))
                );
            }
        }
    }
    let below = TOP + HEIGHT + 40.0;
    let longest = series.iter().map(|series| series.name.len()).max().unwrap_or(0);
    let columns = if longest > 27 { 1 } else { 2 };
    for (number, series) in series.iter().enumerate() {
        let (column, row) = (number % columns, number / columns);
        let (at, line) = (8.0 + column as f64 * 196.0, below + row as f64 * 20.0);
        let _ = write!(
            body,
            "<circle class=\"s{}\" cx=\"{:.0}\" cy=\"{:.0}\" r=\"5\"/><text x=\"{:.0}\" y=\"{line:.0}\">{}</text>",
            series.colour,
            at + 5.0,
            line - 4.0,
            at + 16.0,
            escaped(&series.name)
        );
    }
    whole(title, below + series.len().div_ceil(columns) as f64 * 20.0, &body)
}

fn whole(title: &str, height: f64, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{0}\">{STYLE}\
         <text x=\"4\" y=\"16\" font-weight=\"700\" font-size=\"14\">{0}</text>{body}</svg>\n",
        escaped(title)
    )
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// `10,000`, and `0.5` as it is.
pub(crate) fn thousands(value: f64) -> String {
    if value < 1_000.0 {
        return format!("{value}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (number, digit) in digits.chars().enumerate() {
        if number > 0 && (digits.len() - number).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(thousands(999.0), "999");
        assert_eq!(thousands(10_000.0), "10,000");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }

    #[test]
    fn a_plot_is_whole_and_its_names_do_no_harm() {
        let bar = |value: f64| Bar {
            name: "a & <b>".into(),
            role: Role::Peer,
            value,
            interval: [value, value],
            text: "1 ms".into(),
        };
        for values in [vec![1.0, 2.0], vec![0.001, 1_000.0], vec![-1.0, 3.0], vec![0.0]] {
            let svg = bars("title", &values.into_iter().map(bar).collect::<Vec<_>>());
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
            assert!(
                !svg.contains("<b>") && !svg.contains("NaN") && !svg.contains("inf"),
                "{svg}"
            );
        }
        let series = Series {
            name: "one".into(),
            colour: 0,
            points: vec![(10.0, 0.1), (10_000.0, 3.0)],
        };
        let svg = lines("title", &[series], true, |value| value.to_string());
        assert!(!svg.contains("NaN"), "{svg}");
    }
}
