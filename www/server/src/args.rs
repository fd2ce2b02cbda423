//! The command line.

use std::path::PathBuf;

use holdall_demo::Settings;
use lexopt::prelude::*;

pub(crate) const USAGE: &str = "\
usage: holdall-demo --data DIR --www DIR --package DIR [--port 8080] [--access-seconds 5]

  --data DIR            where the database and the signing key are kept; made if absent
  --www DIR             the page
  --package DIR         the built npm package, served under /holdall/
  --port PORT           on 127.0.0.1; 0 picks a free one (default: 8080)
  --access-seconds N    how long an access token lives, 1 to 86400 (default: 5)";

pub(crate) enum Command {
    Help,
    Serve { port: u16, settings: Settings },
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let (mut port, mut access_seconds) = (8080, 5);
    let (mut data, mut www, mut package) = (None, None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => port = parser.value()?.parse()?,
            Long("access-seconds") => access_seconds = parser.value()?.parse()?,
            Long("data") => data = Some(PathBuf::from(parser.value()?)),
            Long("www") => www = Some(PathBuf::from(parser.value()?)),
            Long("package") => package = Some(PathBuf::from(parser.value()?)),
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected()),
        }
    }
    if !(1..=86_400).contains(&access_seconds) {
        return Err("--access-seconds must be between 1 and 86400".into());
    }
    let settings = Settings {
        data: data.ok_or("--data is missing: name a directory for the database and the signing key")?,
        www: www.ok_or("--www is missing: name the directory of the page")?,
        package: package.ok_or("--package is missing: name the directory of the built npm package")?,
        access_seconds,
    };
    Ok(Command::Serve { port, settings })
}
