//! The command line.

pub(crate) const USAGE: &str = "\
usage: cargo xtask simulate [options]

  --seeds <number>   run the seeds from 0 up to this one (default: 2000; 0 with --mutants)
  --seed <number>    run one seed, step by step
  --mutants          take each shortcut that loses data, and see that a run tells";

/// How many seeds are run where nothing is said.
const SEEDS: u64 = 2_000;

#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    One(u64),
    Many { seeds: u64, mutants: bool },
}

/// What the arguments ask for; otherwise what is wrong with them.
pub(crate) fn parse(arguments: &[String]) -> Result<Command, String> {
    let (mut one, mut seeds, mut mutants) = (None, None, false);
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
            "--seeds" => seeds = Some(number()?),
            "--mutants" => mutants = true,
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    let default = if mutants { 0 } else { SEEDS };
    Ok(one.map_or(
        Command::Many {
            seeds: seeds.unwrap_or(default),
            mutants,
        },
        Command::One,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn options_have_defaults() {
        let many = |seeds, mutants| Ok(Command::Many { seeds, mutants });
        assert_eq!(parsed(""), many(SEEDS, false));
        assert_eq!(parsed("--mutants"), many(0, true));
        assert_eq!(parsed("--seeds=7 --mutants"), many(7, true));
        assert_eq!(parsed("--seed 7"), Ok(Command::One(7)));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, word) in [("--seed", "number"), ("--seeds many", "many"), ("17", "17")] {
            assert!(parsed(line).is_err_and(|message| message.contains(word)), "{line}");
        }
    }
}
