//! The command line.

pub(crate) const USAGE: &str = "\
usage: cargo xtask simulate [options]

  --seeds <number>   run so many seeds (default: 2000; 0 with --mutants)
  --from <number>    begin with this seed (default: 0)
  --seed <number>    run one seed, step by step
  --mutants          take each shortcut that loses data, and see that a run tells
  --journal          the journal's runs alone
  --session          the session's runs alone";

/// How many seeds are run where nothing is said.
const SEEDS: u64 = 2_000;

#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    One(u64),
    Many { from: u64, seeds: u64, mutants: bool },
}

/// Whose runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Of {
    pub(crate) journal: bool,
    pub(crate) session: bool,
}

/// What the arguments ask for; otherwise what is wrong with them.
pub(crate) fn parse(arguments: &[String]) -> Result<(Command, Of), String> {
    let (mut one, mut from, mut seeds, mut mutants) = (None, 0, None, false);
    let (mut journal, mut session) = (false, false);
    let mut words = arguments.iter().flat_map(|word| word.splitn(2, '='));
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().ok_or(format!("{word} needs a number"))?;
            value
                .parse::<u64>()
                .map_err(|_| format!("{word} takes a number, not `{value}`"))
        };
        match word {
            "--seed" => one = Some(number()?),
            "--from" => from = number()?,
            "--seeds" => seeds = Some(number()?),
            "--mutants" => mutants = true,
            "--journal" => journal = true,
            "--session" => session = true,
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    let default = if mutants { 0 } else { SEEDS };
    let command = one.map_or(
        Command::Many {
            from,
            seeds: seeds.unwrap_or(default),
            mutants,
        },
        Command::One,
    );
    let both = journal == session;
    Ok((
        command,
        Of {
            journal: journal || both,
            session: session || both,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(Command, Of), String> {
        parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn options_have_defaults() {
        let both = Of {
            journal: true,
            session: true,
        };
        let many = |from, seeds, mutants| Ok((Command::Many { from, seeds, mutants }, both));
        assert_eq!(parsed(""), many(0, SEEDS, false));
        assert_eq!(parsed("--mutants"), many(0, 0, true));
        assert_eq!(parsed("--seeds=7 --mutants"), many(0, 7, true));
        assert_eq!(parsed("--from 100 --seeds 7"), many(100, 7, false));
        let session = Of { journal: false, ..both };
        assert_eq!(parsed("--seed 7 --session"), Ok((Command::One(7), session)));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, word) in [("--seed", "number"), ("--seeds many", "many"), ("17", "17")] {
            assert!(parsed(line).is_err_and(|message| message.contains(word)), "{line}");
        }
    }
}
