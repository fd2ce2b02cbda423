//! How many tests a runner says it ran.

use std::ops::AddAssign;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Sums up what cargo's harness, wasm-bindgen's and Node's print, over all their runs in `output`.
pub(crate) fn parse(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines() {
        counts += harness(line).or_else(|| node(line)).unwrap_or_default();
    }
    counts
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, of cargo's and of wasm-bindgen's harness.
fn harness(line: &str) -> Option<Counts> {
    let (_, result) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let number = |word: &str| {
        let part = result.split("; ").find_map(|part| part.strip_suffix(word))?;
        part.trim().parse().ok()
    };
    Some(Counts {
        passed: number("passed")?,
        failed: number("failed")?,
    })
}

/// `# pass 3` of Node's TAP reporter, `ℹ pass 3` of its spec reporter; likewise `fail`, and `cancelled`, which is a failure.
fn node(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?;
    let (word, number) = rest.split_once(' ')?;
    let number = number.trim().parse().ok()?;
    match word {
        "pass" => Some(Counts {
            passed: number,
            failed: 0,
        }),
        "fail" | "cancelled" => Some(Counts {
            passed: 0,
            failed: number,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_s_results_are_summed() {
        let output = "running 2 tests\ntest a ... ok\n\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 10 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 1.25s\n";
        assert_eq!(parse(output), Counts { passed: 12, failed: 1 });
    }

    #[test]
    fn wasm_bindgen_s_results_are_read() {
        let output = "    test result: ok. 7 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.4s\n";
        assert_eq!(parse(output), Counts { passed: 7, failed: 0 });
        assert_eq!(parse("no tests to run!\n"), Counts::default());
    }

    #[test]
    fn both_reporters_of_node_are_read() {
        assert_eq!(
            parse("# tests 5\n# pass 4\n# fail 1\n# skipped 0\n"),
            Counts { passed: 4, failed: 1 }
        );
        assert_eq!(
            parse("ℹ tests 5\nℹ pass 3\nℹ fail 0\nℹ cancelled 2\n"),
            Counts { passed: 3, failed: 2 }
        );
    }

    #[test]
    fn a_test_s_name_is_no_result() {
        assert_eq!(
            parse("test pass 3 ... ok\n# Subtest: pass 3\nok 1 - pass 3\n"),
            Counts::default()
        );
    }
}
