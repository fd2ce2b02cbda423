//! What can happen in a run of sessions. Each action stands for itself, as the journal's do.

use std::fmt;

use fastrand::Rng;

/// One step of a schedule.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A page is opened.
    Open,
    /// A page goes, at once.
    Close { page: u8 },
    /// A page is frozen: nothing that reaches it is dealt with.
    Freeze { page: u8 },
    /// The next page that gets a lock, or that has sent, is frozen then.
    FreezeNext { sent: bool },
    /// It goes on, and deals with all that has reached it; it may not be told that time has passed.
    Thaw { page: u8, told: bool },
    /// A page is left for the back/forward cache.
    Hide { page: u8 },
    /// It is returned to.
    Show { page: u8 },
    /// Requests are sent.
    Fetch { page: u8, origin: u8, count: u8 },
    /// A request is sent every 0.7 s, for a while.
    Poll { page: u8, origin: u8 },
    /// Somebody signs in without the library: the cookie is another's.
    Usurp { subject: u8 },
    /// A user signs in at a page, whoever was there before.
    SignIn { page: u8, subject: u8 },
    /// The user signs out at a page.
    SignOut { page: u8 },
    /// The network is back, as the browser says.
    Online { page: u8 },
    /// Time passes.
    Wait { milliseconds: u32 },
    /// The wall clock is set.
    SetClock { seconds: i32 },
    /// From now on the network and the servers are so.
    Weather(Weather),
    /// All access tokens are void.
    NewKey,
    /// A server refuses every token from now on, or none.
    Refuse { origin: u8, always: bool },
}

/// How the network and the authorization server are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Fair,
    /// It answers 503.
    Failing,
    /// It answers 429 with `Retry-After`.
    Limiting,
    /// Nothing reaches it.
    Offline,
    /// It is reached, and its answers are lost.
    Losing,
    /// As before, and nobody notices: no answer ever comes.
    Silent,
    /// It takes long.
    Slow,
}

const WEATHERS: [Weather; 7] = [
    Weather::Fair,
    Weather::Failing,
    Weather::Limiting,
    Weather::Offline,
    Weather::Losing,
    Weather::Silent,
    Weather::Slow,
];

/// What the actions of a run happen in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) keeper: Keeper,
    /// Whether the server answers the preceding refresh token for a while.
    pub(crate) grace: bool,
    /// How many seconds access tokens live.
    pub(crate) lifetime: u64,
    pub(crate) seed: u64,
}

/// Who keeps what renews the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeper {
    Cookie,
    Memory,
    Vault,
    Source,
}

/// The run of a seed.
pub(crate) fn schedule(seed: u64) -> (Setup, Vec<Action>) {
    let mut random = Rng::with_seed(seed ^ 0x5e55_1011);
    let setup = Setup {
        keeper: match random.u8(0..10) {
            0..4 => Keeper::Cookie,
            4..8 => Keeper::Vault,
            8 => Keeper::Memory,
            _ => Keeper::Source,
        },
        grace: random.bool(),
        lifetime: [20, 60, 300][random.usize(0..3)],
        seed: random.u64(..),
    };
    let mut actions = vec![Action::Open, Action::SignIn { page: 0, subject: 0 }];
    // Some runs have no clock that is set, and some no weather: they are judged more strictly.
    let (clocks, weather, freezes) = (random.bool(), random.u8(0..3) > 0, random.u8(0..3) > 0);
    for _ in 0..random.usize(40..90) {
        let page = random.u8(..);
        let action = match random.u8(0..100) {
            0..6 => Action::Open,
            6..10 => Action::Close { page },
            10..12 if freezes => Action::Freeze { page },
            12..14 if freezes => Action::FreezeNext { sent: random.bool() },
            14..19 => Action::Thaw {
                page,
                told: random.bool(),
            },
            19..21 if freezes => Action::Hide { page },
            21..24 => Action::Show { page },
            24..27 => Action::Poll {
                page,
                origin: random.u8(0..2),
            },
            27 => Action::Usurp {
                subject: random.u8(0..2),
            },
            28..56 => Action::Fetch {
                page,
                origin: random.u8(0..2),
                count: random.u8(1..4),
            },
            56..59 => Action::SignIn {
                page,
                subject: random.u8(0..2),
            },
            59..62 => Action::SignOut { page },
            62..64 => Action::Online { page },
            64..67 if clocks => Action::SetClock {
                seconds: [-7_200, -3_600, -60, 60, 3_600, 7_200][random.usize(0..6)],
            },
            67..72 if weather => Action::Weather(WEATHERS[random.usize(0..WEATHERS.len())]),
            72..75 => Action::Weather(Weather::Fair),
            75..77 => Action::NewKey,
            77..79 => Action::Refuse {
                origin: random.u8(0..2),
                always: random.bool(),
            },
            _ => Action::Wait {
                milliseconds: match random.u8(0..4) {
                    0 => random.u32(0..50),
                    1 => random.u32(0..1_000),
                    2 => random.u32(0..30_000),
                    _ => random.u32(0..(setup.lifetime as u32 * 1_500)),
                },
            },
        };
        actions.push(action);
    }
    (setup, actions)
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
