//! The inbox. It knows no filters and no block lists: each request says what it wants to see.

use std::collections::BTreeSet;

use axum::Json;
use holdall::axum::{ClientState, ReadState};
use holdall::request::{Limits, Scalar, Shape};
use serde::{Deserialize, Serialize};

use crate::auth::MaybeSignedIn;
use crate::letters::{LETTERS, Letter};

#[derive(Serialize)]
pub(crate) struct Inbox {
    /// The name of the user who asks.
    r#for: Option<String>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: &'static str,
    from: &'static str,
    from_name: &'static str,
    subject: &'static str,
    body: &'static str,
    at: &'static str,
    unread: bool,
}

/// `GET /api/messages?blocked=mallory&unread=true&text=lamp`, or POST with the same as JSON
pub(crate) async fn messages(
    MaybeSignedIn(user): MaybeSignedIn,
    ClientState(wanted): ClientState<Wanted>,
) -> Json<Inbox> {
    let text = wanted.filters.text.trim().to_lowercase();
    let id = user.as_ref().map(|user| user.id.as_str());
    let letters = LETTERS
        .iter()
        .filter(|letter| letter.is_for(id) && wanted.includes(letter, &text));
    let messages = letters.map(Message::from).collect();
    Json(Inbox {
        r#for: user.map(|user| user.name),
        messages,
    })
}

/// What the request's state asks for.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    blocked: BTreeSet<String>,
    #[serde(default)]
    filters: Filters,
}

#[derive(Default, Deserialize)]
struct Filters {
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    text: String,
}

impl ReadState for Wanted {
    fn shapes() -> Vec<Shape> {
        vec![
            Shape::set("blocked", Scalar::Text).or_in_body(),
            Shape::object("filters", &[("unread", Scalar::Bool), ("text", Scalar::Text)]).or_in_body(),
        ]
    }

    fn limits() -> Limits {
        Limits {
            bytes: 64 * 1024,
            depth: 2,
            entries: 2_000,
        }
    }
}

impl Wanted {
    /// `text`: what to look for, in lower case.
    fn includes(&self, letter: &Letter, text: &str) -> bool {
        let texts = [letter.from_name, letter.subject, letter.body];
        !self.blocked.contains(letter.from)
            && (letter.unread || !self.filters.unread)
            && texts.iter().any(|own| own.to_lowercase().contains(text))
    }
}

impl From<&'static Letter> for Message {
    fn from(letter: &'static Letter) -> Self {
        Self {
            id: letter.id,
            from: letter.from,
            from_name: letter.from_name,
            subject: letter.subject,
            body: letter.body,
            at: letter.at,
            unread: letter.unread,
        }
    }
}
