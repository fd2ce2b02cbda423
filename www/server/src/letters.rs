//! The messages of the inbox.

/// One message.
pub(crate) struct Letter {
    pub(crate) id: &'static str,
    pub(crate) to: Audience,
    /// The sender's id: what a client blocks.
    pub(crate) from: &'static str,
    pub(crate) from_name: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) body: &'static str,
    /// RFC 3339.
    pub(crate) at: &'static str,
    pub(crate) unread: bool,
}

/// Who sees a message.
pub(crate) enum Audience {
    /// Visitors who haven't signed in, too.
    Everybody,
    /// Everybody who has signed in.
    Members,
    /// One user, by id.
    Only(&'static str),
}

impl Letter {
    pub(crate) fn is_for(&self, user: Option<&str>) -> bool {
        match self.to {
            Audience::Everybody => true,
            Audience::Members => user.is_some(),
            Audience::Only(id) => user == Some(id),
        }
    }
}

use Audience::{Everybody, Members, Only};

/// Newest first.
pub(crate) const LETTERS: &[Letter] = &[
    Letter {
        id: "m19",
        to: Everybody,
        from: "mallory",
        from_name: "Mallory",
        subject: "FINAL NOTICE: your lamp has won a prize!!!",
        body: "Dear valued customer, your lamp was selected from over 9,000 lamps. To claim, simply reply with your \
               password, and also your other password.",
        at: "2026-11-12T09:41:00Z",
        unread: true,
    },
    Letter {
        id: "m18",
        to: Only("grace"),
        from: "ada",
        from_name: "Ada Lovelace",
        subject: "Re: Found it",
        body: "A moth! I owe you a kettle, then. Note G is finished, by the way; I let it run in my head twice and it \
               came out the same both times.",
        at: "2026-11-12T08:59:00Z",
        unread: true,
    },
    Letter {
        id: "m17",
        to: Only("ada"),
        from: "grace",
        from_name: "Grace Hopper",
        subject: "Found it",
        body: "It was a moth. An actual moth, in relay 70 of panel F. I taped it into the logbook. The kettle is yours, \
               as agreed.",
        at: "2026-11-12T08:55:00Z",
        unread: true,
    },
    Letter {
        id: "m16",
        to: Everybody,
        from: "margaret",
        from_name: "Margaret Okafor",
        subject: "The rugs have arrived",
        body: "Eleven wool rugs came in this morning, still smelling of the hillside. Come and touch one before they go \
               out. Shoes off, please.",
        at: "2026-11-12T07:30:00Z",
        unread: true,
    },
    Letter {
        id: "m15",
        to: Members,
        from: "mallory",
        from_name: "Mallory",
        subject: "I am a prince (again)",
        body: "My previous message must have been lost. I remain a prince. The chest of gold remains in customs. Only a \
               small fee of 49.00 remains between us.",
        at: "2026-11-11T22:17:00Z",
        unread: true,
    },
    Letter {
        id: "m14",
        to: Only("ada"),
        from: "charles",
        from_name: "Charles Babbage",
        subject: "The Engine is nearly ready",
        body: "I am certain of it this time. Two more years at most, and perhaps another seventeen thousand pounds. \
               Could you look over the table of Bernoulli numbers meanwhile?",
        at: "2026-11-11T17:48:00Z",
        unread: false,
    },
    Letter {
        id: "m13",
        to: Everybody,
        from: "linus",
        from_name: "Linus Berg",
        subject: "Your lamp, and a small warning",
        body: "The new lamps leave the workshop on Friday. The shade is linen, so keep it away from the candle. You \
               would be surprised how often I have to write this.",
        at: "2026-11-11T15:02:00Z",
        unread: false,
    },
    Letter {
        id: "m12",
        to: Only("grace"),
        from: "margaret",
        from_name: "Margaret Okafor",
        subject: "Your nanosecond arrived",
        body: "One piece of wire, 29.98 centimetres, as ordered. The courier asked what it was for. I said it was to \
               show admirals why satellites take so long.",
        at: "2026-11-11T13:26:00Z",
        unread: true,
    },
    Letter {
        id: "m11",
        to: Everybody,
        from: "mallory",
        from_name: "Mallory",
        subject: "RE: RE: RE: your invoice",
        body: "Please find attached the invoice you didn't ask for. If you can't open invoice.pdf.exe, try turning off \
               your antivirus and any remaining doubts.",
        at: "2026-11-11T11:11:00Z",
        unread: true,
    },
    Letter {
        id: "m10",
        to: Members,
        from: "katherine",
        from_name: "Katherine Johansson",
        subject: "Checked your numbers",
        body: "I went over the shipping times by hand, as you asked. The computer was right to six places. Tell it well \
               done from me.",
        at: "2026-11-10T18:20:00Z",
        unread: true,
    },
    Letter {
        id: "m9",
        to: Only("ada"),
        from: "mallory",
        from_name: "Mallory",
        subject: "Your engine's warranty has expired",
        body: "We have tried to reach you about the analytical engine's extended warranty. Pull lever 1 at once to renew \
               it. This is your last notice, as was the one before.",
        at: "2026-11-10T16:04:00Z",
        unread: false,
    },
    Letter {
        id: "m8",
        to: Everybody,
        from: "hedy",
        from_name: "Hedy Lang",
        subject: "Music on Saturday",
        body: "Piano in the shop at seven. I keep hopping between frequencies, so nobody can say beforehand which piece \
               comes next. Bring a chair, or buy one.",
        at: "2026-11-10T12:45:00Z",
        unread: false,
    },
    Letter {
        id: "m7",
        to: Members,
        from: "linus",
        from_name: "Linus Berg",
        subject: "Repairing the beech chair",
        body: "A wobbly leg wants glue, a clamp, and a night of patience, in that order. If it still wobbles on Sunday, \
               it is the floor. Bring it in and we'll have coffee anyway.",
        at: "2026-11-09T19:33:00Z",
        unread: false,
    },
    Letter {
        id: "m6",
        to: Only("grace"),
        from: "mallory",
        from_name: "Mallory",
        subject: "Admiral, your ship's warranty has expired",
        body: "We have been trying to reach you about your ship's extended warranty. Rust is not covered. The sea is \
               not covered. Act now.",
        at: "2026-11-09T14:14:00Z",
        unread: true,
    },
    Letter {
        id: "m5",
        to: Everybody,
        from: "margaret",
        from_name: "Margaret Okafor",
        subject: "How to keep a rubber plant alive",
        body: "Finger in the soil. Dry: water. Wet: walk away. Dust the leaves once a month, and turn the pot when it \
               starts leaning towards the window like a gossip.",
        at: "2026-11-09T09:05:00Z",
        unread: false,
    },
    Letter {
        id: "m4",
        to: Only("ada"),
        from: "mary",
        from_name: "Mary Somerville",
        subject: "Tea on Thursday?",
        body: "I have a new book on the connexion of the sciences and nobody to argue with about it. There will be \
               seed cake. Bring the notes, leave Charles.",
        at: "2026-11-08T16:40:00Z",
        unread: false,
    },
    Letter {
        id: "m3",
        to: Everybody,
        from: "mallory",
        from_name: "Mallory",
        subject: "Make $$$ from your kettle at home",
        body: "Kettle owners HATE this one simple trick. No experience, no water, no kettle needed. My cousin made 4,900 \
               in one afternoon and is only slightly scalded.",
        at: "2026-11-08T03:33:00Z",
        unread: true,
    },
    Letter {
        id: "m2",
        to: Only("grace"),
        from: "katherine",
        from_name: "Katherine Johansson",
        subject: "The compiler question",
        body: "They still say that a computer can't write its own programs? Show them again. Louder, and with the \
               working example already running.",
        at: "2026-11-07T20:12:00Z",
        unread: false,
    },
    Letter {
        id: "m1",
        to: Everybody,
        from: "linus",
        from_name: "Linus Berg",
        subject: "Welcome to the shop",
        body: "Nine things, made slowly. Put what you like into the cart; it will still be there tomorrow, in the next \
               tab, and after you sign in. We don't keep it: your browser does.",
        at: "2026-11-07T08:00:00Z",
        unread: false,
    },
];
