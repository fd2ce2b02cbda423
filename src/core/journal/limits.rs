/// How much a journal lets pile up. A simulation takes smaller ones, to come to every case soon.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// As many small records are worth compacting.
    pub records: usize,
    /// About how long a snapshot is at most, in bytes. A record of an eighth of it is no small one.
    pub chunk: usize,
    /// More replicas than this aren't named: the older half is retired.
    pub replicas: usize,
    /// After so many milliseconds a page looks at the storage again before it writes.
    pub idle: u64,
    /// What was stored is believed to stay after so many milliseconds.
    pub confirm: u64,
}

impl Limits {
    /// Those of browsers.
    pub const DEFAULT: Self = Self {
        records: 64,
        chunk: 32 * 1024,
        replicas: 128,
        idle: 30_000,
        confirm: 10_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
