//! What the default budgets let through, nginx in its default configuration lets through, too.

use axum::Router;
use axum::extract::Request as Incoming;
use axum::middleware::from_fn;
use axum::routing::get;
use holdall::axum::{ClientState, ReadState, honest_caches};
use holdall::json::from_text;
use holdall::kind::Kind;
use holdall::request::{
    Outgoing, Plan, RuleConfig, Rules, Scalar, Shape, SliceInfo, Target, check_budget, encode, join_query,
};
use holdall_http::{Answer, Nginx, Server};
use serde::Deserialize;
use ureq::http::Request;

/// What browsers add by themselves, and no budget knows: these, and cookies.
const BROWSER: [(&str, &str); 8] = [
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    ),
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"),
    (
        "sec-ch-ua",
        "\"Chromium\";v=\"156\", \"Not A(Brand\";v=\"24\", \"Google Chrome\";v=\"156\"",
    ),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-site", "same-origin"),
    (
        "referer",
        "https://shop.example/a/page/with/a/rather/long/address?and=a&query=too",
    ),
];

#[derive(Deserialize)]
struct Carried {
    #[serde(default)]
    blocked: Vec<String>,
    #[serde(default)]
    cart: Vec<String>,
}

impl ReadState for Carried {
    fn shapes() -> Vec<Shape> {
        vec![Shape::set("blocked", Scalar::Text), Shape::header("cart")]
    }
}

/// The bytes of state that arrive.
async fn measure(ClientState(carried): ClientState<Carried>) -> String {
    let all = carried.blocked.iter().chain(&carried.cart);
    all.map(String::len).sum::<usize>().to_string()
}

/// A request with as many bytes of state as asked for, in the query and in the header.
struct Sized {
    plan: Plan,
    outgoing: Outgoing,
    address: String,
    headers: Vec<(&'static str, String)>,
}

impl Sized {
    fn new(origin: &str, query: usize, header: usize) -> Self {
        let rule = r#"[{"match":"/*","send":{"blocked":"query","cart":"header"}}]"#;
        let slices = ["blocked", "cart"].map(|name| SliceInfo { name, kind: Kind::Set });
        let rules = Rules::compile(&from_text::<Vec<RuleConfig>>(rule).unwrap(), &slices).unwrap();
        let target = Target {
            method: "GET",
            origin,
            path: "/api/messages",
            page_origin: origin,
        };
        let plan = rules.plan(&target).unwrap();
        let state = |bytes: usize| (bytes > 0).then(|| format!("[\"{}\"]", "s".repeat(bytes)));
        let outgoing = encode(&plan, |slice| state([query, header][slice])).unwrap();
        let mut address = format!("{origin}/api/messages");
        if !outgoing.query.is_empty() {
            address += &format!("?{}", join_query("", &outgoing.query).unwrap());
        }
        let mut headers = vec![("authorization", format!("Bearer {}", "t".repeat(700)))];
        headers.extend(outgoing.state_header.clone().map(|header| ("holdall-state", header)));
        Self {
            plan,
            outgoing,
            address,
            headers,
        }
    }

    /// As the shell counts it.
    fn fits(&self) -> bool {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        check_budget(&self.plan, &self.outgoing, self.address.len(), headers).is_ok()
    }

    fn send(&self) -> Answer {
        let mut request = Request::get(&self.address).header("cookie", format!("session={}", "c".repeat(4_000)));
        for (name, value) in BROWSER {
            request = request.header(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        Answer::to(request.body(Vec::new()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_the_budgets_passes_nginx() {
    let routes = Router::new()
        .route("/api/messages", get(measure))
        .layer(from_fn(honest_caches));
    // A server that says nothing of what it refuses would make this test too easy.
    let server = Server::start(routes.fallback(async |_: Incoming| "nobody asks for this")).await;
    let backend = server.origin.clone();
    tokio::task::spawn_blocking(move || {
        let nginx = Nginx::before(&backend, "", "");
        let origin = nginx.origin.as_str();
        for header in [0, 1, 1_000, 2_000, 3_060] {
            let sized = |query| Sized::new(origin, query, header);
            let mut largest = 0;
            for step in [1_000, 100, 10, 1] {
                while sized(largest + step).fits() {
                    largest += step;
                }
            }
            let request = sized(largest);
            assert!(request.fits() && !sized(largest + 1).fits());
            let answer = request.send();
            assert_eq!(
                (answer.status, answer.json),
                (200, (largest + header).into()),
                "{header}"
            );
        }
        let total = |header| Sized::new(origin, 0, header);
        assert!(total(3_060).fits() && !total(3_070).fits(), "the header's own budget");
        // It does refuse: what the budgets keep back.
        assert_eq!(Sized::new(origin, 8_200, 0).send().status, 414);
        assert_eq!(Sized::new(origin, 0, 6_200).send().status, 400);
    })
    .await
    .unwrap();
}
