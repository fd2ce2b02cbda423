//! The command line.

use crate::bench;
use crate::package::Profile;

pub(crate) const USAGE: &str = "\
usage: cargo xtask <command>

  demo [--port 8080]            build everything and serve the demo; stops on Ctrl-C
  test                          format, lints, all tests; installs what they need
  simulate [--seeds 2000]       pages over a storage that lags, refuses and forgets; --seed 17 and --mutants, too
  fuzz [document …]             every reader of what others have written, given damage; --seconds=60 each
  bench [open state …]          what it costs, beside its peers, and a report; `bench help` names the parts
  build [--profile wasm|dev]    the npm package, into target/npm/holdall
  pack                          the same as a tarball, into target/npm, with the size of all that is in it
  packaging [vite-react …]      from the tarball, fresh projects in many bundlers and frameworks, each in a browser
  help                          this text";

#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Bench(Vec<String>),
    Build(Profile),
    Demo { port: u16 },
    Fuzz(Vec<String>),
    Pack,
    Packaging(Vec<String>),
    Test,
    Simulate(Vec<String>),
}

/// The command that the arguments name; otherwise what is wrong with them.
pub(crate) fn parse(arguments: &[String]) -> Result<Command, String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => Err("which command?".into()),
        ["help" | "--help" | "-h"] => Ok(Command::Help),
        ["test"] => Ok(Command::Test),
        ["pack"] => Ok(Command::Pack),
        ["pack", extra, ..] => Err(format!("`pack` takes no arguments, but got `{extra}`")),
        ["packaging", rest @ ..] => Ok(Command::Packaging(rest.iter().map(ToString::to_string).collect())),
        ["fuzz", rest @ ..] => Ok(Command::Fuzz(rest.iter().map(ToString::to_string).collect())),
        ["simulate", rest @ ..] => Ok(Command::Simulate(rest.iter().map(ToString::to_string).collect())),
        ["bench", parts @ ..] => match parts.iter().find(|part| !bench::is_known(part)) {
            None => Ok(Command::Bench(parts.iter().map(ToString::to_string).collect())),
            Some(unknown) => Err(format!(
                "no part of the benchmarks is called `{unknown}`; these are: {}",
                bench::PARTS.join(", ")
            )),
        },
        ["build"] => Ok(Command::Build(Profile::Wasm)),
        ["build", rest @ ..] => match option("--profile", rest)? {
            "wasm" => Ok(Command::Build(Profile::Wasm)),
            "dev" => Ok(Command::Build(Profile::Dev)),
            other => Err(format!("--profile is wasm or dev, not `{other}`")),
        },
        ["demo"] => Ok(Command::Demo { port: 8080 }),
        ["demo", rest @ ..] => {
            let port = option("--port", rest)?;
            let port = port
                .parse()
                .map_err(|_| format!("--port is a number from 0 to 65535, not `{port}`"))?;
            Ok(Command::Demo { port })
        }
        ["test", extra, ..] => Err(format!("`test` takes no arguments, but got `{extra}`")),
        [unknown, ..] => Err(format!("unknown command `{unknown}`")),
    }
}

/// The value of the one option that a command has, given as `--name value` or `--name=value`.
fn option<'a>(name: &str, words: &[&'a str]) -> Result<&'a str, String> {
    match words {
        [key, value] if *key == name => Ok(value),
        [word] => match word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            Some(value) => Ok(value),
            None if *word == name => Err(format!("{name} needs a value")),
            None => Err(format!("unknown argument `{word}`")),
        },
        _ => Err(format!("unknown arguments `{}`", words.join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn commands_have_defaults() {
        assert_eq!(parsed("demo"), Ok(Command::Demo { port: 8080 }));
        assert_eq!(parsed("build"), Ok(Command::Build(Profile::Wasm)));
        assert_eq!(parsed("test"), Ok(Command::Test));
        assert_eq!(parsed("pack"), Ok(Command::Pack));
        assert_eq!(parsed("bench"), Ok(Command::Bench(Vec::new())));
        assert!(parsed("bench --rounds=10 open").is_ok() && parsed("bench --rounds=x").is_err());
        assert_eq!(
            parsed("bench journal open"),
            Ok(Command::Bench(vec!["journal".into(), "open".into()]))
        );
        assert_eq!(parsed("--help"), Ok(Command::Help));
        assert_eq!(parsed("fuzz json"), Ok(Command::Fuzz(vec!["json".into()])));
        assert_eq!(parsed("simulate"), Ok(Command::Simulate(Vec::new())));
        assert_eq!(
            parsed("simulate --seed 7"),
            Ok(Command::Simulate(vec!["--seed".into(), "7".into()]))
        );
    }

    #[test]
    fn options_come_in_both_spellings() {
        assert_eq!(parsed("demo --port 0"), Ok(Command::Demo { port: 0 }));
        assert_eq!(parsed("demo --port=9000"), Ok(Command::Demo { port: 9000 }));
        assert_eq!(parsed("build --profile dev"), Ok(Command::Build(Profile::Dev)));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, word) in [
            ("", "which"),
            ("dmeo", "dmeo"),
            ("demo --port", "value"),
            ("demo --port 65536", "65536"),
            ("demo 8080", "8080"),
            ("build --profile fast", "fast"),
            ("bench open jurnal", "jurnal"),
            ("bench help", "journal"),
            ("test --all", "--all"),
            ("pack --all", "--all"),
        ] {
            assert!(parsed(line).is_err_and(|message| message.contains(word)), "{line}");
        }
    }
}
