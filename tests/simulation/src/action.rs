//! What can happen in a run. Each action stands for itself: it names pages and processes by numbers that are taken modulo how many
//! there are, so that any selection of a schedule is a schedule.

use std::fmt;

use crate::owners::SUBJECTS;
use crate::slices::{FIELDS, SLICES};

/// One step of a schedule.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A page is opened in a process, with this version of the application.
    Open { process: u8, version: u8 },
    /// A page is opened, does something, and is closed again.
    Visit { process: u8, version: u8, task: Task },
    /// A page is closed in order.
    Close { page: u8 },
    /// A page dies after so many more calls of the storage.
    Crash { page: u8, after: u8 },
    /// A page is frozen: it hears nothing.
    Freeze { page: u8 },
    /// A frozen page goes on.
    Thaw { page: u8 },
    /// The user does something.
    Do { page: u8, task: Task },
    /// What is in a slice is noted, to be consumed later.
    Capture { page: u8, slice: u8 },
    /// What was noted last is consumed.
    Consume { page: u8 },
    /// A page becomes visible.
    Resume { page: u8 },
    /// A page tries again to store what it couldn't.
    Flush { page: u8 },
    /// A user signs in at a page, or out (`None`).
    SignIn { page: u8, subject: Option<u8> },
    /// A page learns who is signed in.
    Follow { page: u8 },
    /// The user puts a member in a set of its own.
    Join { page: u8 },
    /// A page compacts, at once if it may, or when it may.
    Compact { page: u8, wait: bool },
    /// Writes of a process reach the main copy.
    Pump { process: u8, count: u8 },
    /// Writes of other processes reach this one; those in the mask without an event.
    Deliver { process: u8, count: u8, lost: u8 },
    /// Time passes.
    Wait { milliseconds: u32 },
    /// The wall clock is set.
    SetClock { seconds: i32 },
    /// Other data fill the storage but for so many bytes.
    Fill { slack: u16 },
    /// Other data go.
    Free,
    /// The next writes of a process are refused.
    Refuse { process: u8, count: u8 },
    /// The next writes that reach the main copy are dropped there.
    Drop { count: u8 },
    /// Writes of other processes arrive in this one between any two calls of the storage.
    Meddle { process: u8, count: u8 },
    /// Somebody empties the storage.
    Wipe { process: u8 },
    /// Somebody stores what isn't of this library, or of a later one, among its entries.
    Litter { process: u8, later: bool },
}

/// What a user does in one task of the page.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Changes, each for itself, stored together.
    Changes(Vec<Change>),
    /// A transaction, kept or rolled back.
    Transaction { changes: Vec<Change>, keep: bool },
}

/// One change of the state.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put {
        slice: usize,
        key: usize,
        value: Value,
    },
    Patch {
        slice: usize,
        key: usize,
        value: Value,
    },
    /// By quarters, so that sums are exact.
    Increment {
        slice: usize,
        key: usize,
        field: usize,
        by: i8,
        init: Option<Value>,
    },
    Remove {
        slice: usize,
        key: usize,
    },
    Clear {
        slice: usize,
    },
}

/// A value as JSON, either whole or by fields.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) whole: Option<String>,
    pub(crate) fields: Vec<(usize, String)>,
}

impl Action {
    /// The page that it is about, by number.
    pub(crate) fn page(&mut self) -> Option<&mut u8> {
        match self {
            Self::Close { page }
            | Self::Crash { page, .. }
            | Self::Freeze { page }
            | Self::Thaw { page }
            | Self::Do { page, .. }
            | Self::Capture { page, .. }
            | Self::Consume { page }
            | Self::Resume { page }
            | Self::Flush { page }
            | Self::SignIn { page, .. }
            | Self::Follow { page }
            | Self::Join { page }
            | Self::Compact { page, .. } => Some(page),
            _ => None,
        }
    }
}

impl Change {
    pub(crate) fn place(&self) -> (usize, usize) {
        match *self {
            Self::Put { slice, key, .. }
            | Self::Patch { slice, key, .. }
            | Self::Increment { slice, key, .. }
            | Self::Remove { slice, key } => (slice, key),
            Self::Clear { slice } => (slice, 0),
        }
    }
}

impl Value {
    pub(crate) fn json(&self) -> String {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(field, text)| format!("\"{}\":{text}", FIELDS[*field]))
            .collect();
        format!("{{{}}}", fields.join(","))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { process, version } => write!(f, "open a page of version {version} in process {process}"),
            Self::Visit { process, version, task } => {
                write!(
                    f,
                    "a page of version {version} in process {process} for a moment: {task}"
                )
            }
            Self::Close { page } => write!(f, "close page {page}"),
            Self::Crash { page, after } => write!(f, "let page {page} die after {after} more calls"),
            Self::Freeze { page } => write!(f, "freeze page {page}"),
            Self::Thaw { page } => write!(f, "thaw page {page}"),
            Self::Do { page, task } => write!(f, "page {page}: {task}"),
            Self::Capture { page, slice } => {
                write!(f, "page {page}: capture {}", SLICES[*slice as usize].name)
            }
            Self::Consume { page } => write!(f, "page {page}: consume"),
            Self::Resume { page } => write!(f, "resume page {page}"),
            Self::Flush { page } => write!(f, "page {page}: store again"),
            Self::SignIn { page, subject: None } => write!(f, "page {page}: sign out"),
            Self::SignIn {
                page,
                subject: Some(subject),
            } => {
                write!(f, "page {page}: sign {} in", SUBJECTS[*subject as usize])
            }
            Self::Follow { page } => write!(f, "page {page} learns who is signed in"),
            Self::Join { page } => write!(f, "page {page}: join"),
            Self::Compact { page, wait: false } => write!(f, "page {page}: compact"),
            Self::Compact { page, wait: true } => write!(f, "page {page}: wait, then compact"),
            Self::Pump { process, count } => write!(f, "{count} writes of process {process} reach the main copy"),
            Self::Deliver { process, count, lost } => {
                write!(f, "{count} writes reach process {process} (events lost: {lost:08b})")
            }
            Self::Wait { milliseconds } => write!(f, "wait {milliseconds} ms"),
            Self::SetClock { seconds } => write!(f, "set the clock by {seconds} s"),
            Self::Fill { slack } => write!(f, "fill the storage but for {slack} bytes"),
            Self::Free => write!(f, "free the storage"),
            Self::Refuse { process, count } => write!(f, "refuse {count} writes of process {process}"),
            Self::Drop { count } => write!(f, "drop the next {count} writes that were accepted"),
            Self::Meddle { process, count } => {
                write!(f, "{count} writes reach process {process} between its own calls")
            }
            Self::Wipe { process } => write!(f, "process {process} empties the storage"),
            Self::Litter { process, later: false } => write!(f, "process {process} stores damage"),
            Self::Litter { process, later: true } => write!(f, "process {process} stores a later format"),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (changes, end) = match self {
            Self::Changes(changes) => (changes, ""),
            Self::Transaction { changes, keep: true } => (changes, " (transaction)"),
            Self::Transaction { changes, keep: false } => (changes, " (rolled back)"),
        };
        for (at, change) in changes.iter().enumerate() {
            write!(f, "{}{change}", if at > 0 { ", " } else { "" })?;
        }
        f.write_str(end)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (slice, key) = self.place();
        let name = SLICES[slice].name;
        let key = SLICES[slice].keys[key];
        match self {
            Self::Put { value, .. } => write!(f, "put {name} {key} {}", value.json()),
            Self::Patch { value, .. } => write!(f, "patch {name} {key} {}", value.json()),
            Self::Increment { field, by, init, .. } => {
                let by = f64::from(*by) / 4.0;
                write!(f, "increment {name} {key} {} by {by}", FIELDS[*field])?;
                init.as_ref().map_or(Ok(()), |init| write!(f, " from {}", init.json()))
            }
            Self::Remove { .. } => write!(f, "remove {name} {key}"),
            Self::Clear { .. } => write!(f, "clear {name}"),
        }
    }
}
