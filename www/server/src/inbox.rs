//! The inbox. It knows no filters and no block lists: each request says what it wants to see.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::RawQuery;
use holdall::request::{DecodeError, Limits, Parts, Scalar, Shape, decode};
use serde::{Deserialize, Serialize};

use crate::auth::MaybeSignedIn;
use crate::letters::{LETTERS, Letter};
use crate::problem::Problem;

const LIMITS: Limits = Limits {
    bytes: 8_000,
    depth: 2,
    entries: 1_000,
};

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

/// `GET /api/messages?blocked=mallory&unread=true&text=lamp`
pub(crate) async fn messages(
    MaybeSignedIn(user): MaybeSignedIn,
    RawQuery(query): RawQuery,
) -> Result<Json<Inbox>, Problem> {
    let wanted = Wanted::from_query(query.as_deref())?;
    let id = user.as_ref().map(|user| user.id.as_str());
    let letters = LETTERS
        .iter()
        .filter(|letter| letter.is_for(id) && wanted.includes(letter));
    let messages = letters.map(Message::from).collect();
    Ok(Json(Inbox {
        r#for: user.map(|user| user.name),
        messages,
    }))
}

/// What the request's state asks for.
struct Wanted {
    blocked: BTreeSet<String>,
    unread: bool,
    /// In lower case.
    text: String,
}

#[derive(Default, Deserialize)]
struct Filters {
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    text: String,
}

impl Wanted {
    fn from_query(query: Option<&str>) -> Result<Self, DecodeError> {
        let shapes = [
            Shape::set("blocked", Scalar::Text),
            Shape::object("filters", &[("unread", Scalar::Bool), ("text", Scalar::Text)]),
        ];
        let state = decode(
            &Parts {
                query,
                ..Parts::default()
            },
            &shapes,
            &LIMITS,
        )?;
        let filters: Filters = state.read("filters")?.unwrap_or_default();
        Ok(Self {
            blocked: state.read("blocked")?.unwrap_or_default(),
            unread: filters.unread,
            text: filters.text.trim().to_lowercase(),
        })
    }

    fn includes(&self, letter: &Letter) -> bool {
        let texts = [letter.from_name, letter.subject, letter.body];
        !self.blocked.contains(letter.from)
            && (letter.unread || !self.unread)
            && texts.iter().any(|text| text.to_lowercase().contains(&self.text))
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
