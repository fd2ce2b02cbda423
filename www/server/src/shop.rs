//! The catalogue, the checkout and the orders. There is no cart here: a checkout carries it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use holdall::axum::{ClientState, ReadState};
use holdall::request::{Limits, Shape};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::app::App;
use crate::auth::SignedIn;
use crate::catalogue::{self, PRODUCTS, Product};
use crate::clock::Millis;
use crate::problem::Problem;
use crate::store::StoreError;
use crate::store::orders::{self, Line, Order};

/// How many of one article an order may have.
const QUANTITIES: std::ops::RangeInclusive<u32> = 1..=99;

/// `GET /api/products`
pub(crate) async fn products() -> Json<&'static [Product]> {
    Json(PRODUCTS)
}

/// `POST /api/checkout`
pub(crate) async fn checkout(
    State(app): State<Arc<App>>,
    SignedIn(user): SignedIn,
    headers: HeaderMap,
    ClientState(cart): ClientState<Cart>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let now = (app.clock)();
    let outcome = app
        .store
        .write(move |tx| place(tx, &user.id, &key, &cart, now))
        .await??;
    let mut response = (StatusCode::CREATED, Json(Receipt::from(outcome.order))).into_response();
    if outcome.replayed {
        response
            .headers_mut()
            .insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// `GET /api/orders`
pub(crate) async fn orders(
    State(app): State<Arc<App>>,
    SignedIn(user): SignedIn,
) -> Result<Json<Vec<DatedReceipt>>, Problem> {
    let orders = app.store.read(move |tx| orders::of_user(tx, &user.id)).await?;
    Ok(Json(orders.into_iter().map(DatedReceipt::from).collect()))
}

struct Outcome {
    order: Order,
    /// The order was placed by an earlier request.
    replayed: bool,
}

/// Answers the key: with the order that it made before, or by making one.
fn place(
    tx: &Transaction<'_>,
    user: &str,
    key: &str,
    cart: &Cart,
    now: Millis,
) -> Result<Result<Outcome, Problem>, StoreError> {
    let request_hash = cart.hash()?;
    if let Some(before) = orders::find_by_key(tx, user, key)? {
        return Ok(if before.request_hash == request_hash {
            Ok(Outcome {
                order: before.order,
                replayed: true,
            })
        } else {
            Err(Problem::unprocessable(
                "idempotency-key-reused",
                "This Idempotency-Key stands for an order of another cart: use a new key.",
            ))
        });
    }
    let lines = match cart.priced() {
        Ok(lines) => lines,
        Err(problem) => return Ok(Err(problem)),
    };
    let total = lines.iter().map(|line| line.price.saturating_mul(line.qty)).sum();
    let order = Order {
        id: Uuid::new_v4().to_string(),
        at: now,
        lines,
        total,
    };
    orders::add(tx, user, key, &request_hash, &order)?;
    Ok(Ok(Outcome { order, replayed: false }))
}

fn idempotency_key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let key = values
        .next()
        .and_then(|value| value.to_str().ok())
        .filter(|key| (1..=255).contains(&key.len()));
    match (key, values.next()) {
        (Some(key), None) => Ok(key.to_owned()),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency-key-missing",
            "Send one Idempotency-Key of 1 to 255 characters, the same for every try of one order.",
        )),
    }
}

/// The cart as it was sent, by article: whatever it says beside the quantities is the client's own. An empty one isn't sent.
#[derive(Deserialize)]
pub(crate) struct Cart {
    #[serde(default)]
    cart: BTreeMap<String, Value>,
}

impl ReadState for Cart {
    fn shapes() -> Vec<Shape> {
        vec![Shape::body("cart")]
    }

    fn limits() -> Limits {
        Limits {
            bytes: 64 * 1024,
            depth: 4,
            entries: 1_000,
        }
    }
}

impl Cart {
    /// Of what the cart says, not of how it is written: two writings of one cart are one request.
    fn hash(&self) -> Result<[u8; 32], StoreError> {
        Ok(Sha256::digest(serde_json::to_vec(&self.cart)?).into())
    }

    fn priced(&self) -> Result<Vec<Line>, Problem> {
        if self.cart.is_empty() {
            return Err(Problem::unprocessable(
                "cart-empty",
                "The cart is empty: put something into it.",
            ));
        }
        self.cart.iter().map(|(sku, line)| priced_line(sku, line)).collect()
    }
}

fn priced_line(sku: &str, line: &Value) -> Result<Line, Problem> {
    let product = catalogue::find(sku).ok_or_else(|| {
        Problem::unprocessable(
            "unknown-sku",
            "The cart has an article that isn't for sale here: remove it.",
        )
    })?;
    let qty = line
        .get("qty")
        .and_then(Value::as_u64)
        .and_then(|qty| u32::try_from(qty).ok())
        .filter(|qty| QUANTITIES.contains(qty));
    let qty = qty.ok_or_else(|| {
        let detail = format!(
            "Order between 1 and 99 of each article; {} has another quantity.",
            product.title
        );
        Problem::unprocessable("bad-quantity", &detail)
    })?;
    Ok(Line {
        sku: sku.to_owned(),
        title: product.title.to_owned(),
        qty,
        price: product.price,
    })
}

/// An order, as a checkout is answered.
#[derive(Serialize)]
struct Receipt {
    id: String,
    lines: Vec<Line>,
    total: u32,
}

/// An order, as it is listed.
#[derive(Serialize)]
pub(crate) struct DatedReceipt {
    /// RFC 3339.
    at: String,
    #[serde(flatten)]
    receipt: Receipt,
}

impl From<Order> for Receipt {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            lines: order.lines,
            total: order.total,
        }
    }
}

impl From<Order> for DatedReceipt {
    fn from(order: Order) -> Self {
        Self {
            at: rfc3339(order.at),
            receipt: order.into(),
        }
    }
}

fn rfc3339(at: Millis) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
