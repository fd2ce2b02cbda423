use crate::json::{JsonError, Reader, read_all, write};

/// What the tabs of one session tell each other. It never holds what renews the session.
#[derive(Default)]
pub(super) struct Message {
    pub(super) about: About,
    /// The sign-in that this speaks of. In another one it means nothing.
    pub(super) epoch: String,
    /// The generation of the sender's access token; 0 if it has none.
    pub(super) generation: u64,
    /// Which lock the sender takes.
    pub(super) level: u64,
    /// The server that has refused the predecessor of this token, or the sender's token.
    pub(super) origin: Option<String>,
    /// The access token.
    pub(super) token: String,
    /// Milliseconds that the token lives in all; `None` if nobody knows.
    pub(super) lifetime: Option<u64>,
    /// How many of them had passed when this was sent.
    pub(super) spent: u64,
    /// When this was sent, by the wall clock: it may have waited for a tab that slept.
    pub(super) at: u64,
    /// The user's claims as JSON.
    pub(super) user: Option<String>,
    /// How long nobody should try again, in milliseconds.
    pub(super) wait: u64,
    /// 1 if it is the server that asked for it.
    pub(super) asked: u64,
    /// The epoch that a sign-out has begun.
    pub(super) next: String,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum About {
    /// Who has a newer access token?
    #[default]
    Ask,
    /// Here is one.
    Token,
    /// One is on its way.
    Working,
    /// It couldn't be had.
    Failed,
    /// The user has signed out.
    Out,
    /// This is the lock that we take.
    Level,
}

const NAMES: [(About, &str); 6] = [
    (About::Ask, "ask"),
    (About::Token, "token"),
    (About::Working, "working"),
    (About::Failed, "failed"),
    (About::Out, "out"),
    (About::Level, "level"),
];

impl Message {
    /// Reads what [`encode`](Self::encode) made. Anything else is no message.
    pub(super) fn decode(text: &str) -> Option<Self> {
        read_all(text, Self::read).ok()
    }

    pub(super) fn encode(&self) -> String {
        let mut out = String::from("{");
        let mut first = true;
        let name = NAMES.iter().find(|(about, _)| *about == self.about);
        for (member, text) in [
            ("is", name.map(|(_, name)| *name)),
            ("epoch", Some(&*self.epoch)),
            ("origin", self.origin.as_deref()),
            ("token", Some(&*self.token)),
            ("user", self.user.as_deref()),
            ("next", Some(&*self.next)),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                name_member(&mut out, &mut first, member);
                write::string(&mut out, text);
            }
        }
        for (member, number) in [
            ("generation", Some(self.generation)),
            ("level", Some(self.level)),
            ("lifetime", self.lifetime),
            ("spent", Some(self.spent)),
            ("at", Some(self.at)),
            ("wait", Some(self.wait)),
            ("asked", Some(self.asked)),
        ] {
            if let Some(number) = number {
                number_member(&mut out, &mut first, member, number);
            }
        }
        out.push('}');
        out
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut message = Self::default();
        let mut known = false;
        reader.members(&mut |name, value| {
            match name {
                "is" => {
                    let name = value.string()?;
                    for (about, other) in NAMES {
                        if *other == *name {
                            message.about = about;
                            known = true;
                        }
                    }
                }
                "epoch" => message.epoch = value.text()?,
                "origin" => message.origin = Some(value.text()?),
                "token" => message.token = value.text()?,
                "user" => message.user = Some(value.text()?),
                "next" => message.next = value.text()?,
                "generation" => message.generation = value.integer()?,
                "level" => message.level = value.integer()?,
                "lifetime" => message.lifetime = Some(value.integer()?),
                "spent" => message.spent = value.integer()?,
                "at" => message.at = value.integer()?,
                "wait" => message.wait = value.integer()?,
                "asked" => message.asked = value.integer()?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        if known { Ok(message) } else { Err(JsonError::Syntax) }
    }
}

/// Begins a member of an object.
pub(super) fn name_member(out: &mut String, first: &mut bool, name: &str) {
    write::comma(out, first);
    write::string(out, name);
    out.push(':');
}

/// A member that is a number: at most the greatest that is read, for whoever meets a greater one takes nothing of the whole. That is a
/// lifetime without end, or a generation that somebody else has made up.
pub(super) fn number_member(out: &mut String, first: &mut bool, name: &str, number: u64) {
    name_member(out, first, name);
    write::integer(out, number.min(1 << 53));
}
