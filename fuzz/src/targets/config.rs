//! The configuration, and all that an application does with what comes of it.

use std::rc::Rc;

use holdall::client::{Client, Config, Environment};
use holdall::journal::MemoryStorage;
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::time::Now;

use crate::fields::text;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"{"name":"shop","slices":[{"name":"cart","kind":"map","owner":"user","initial":{"a":{"qty":1}},"version":2,"ttl":1000},
            {"name":"filters","kind":"object","initial":{"inStock":true}},{"name":"blocked","kind":"set","storage":"session","check":true}],
            "auth":{"refresh":"/auth/refresh","signOut":"/auth/out","csrf":{"name":"X-A","value":"1"},"audience":["https://api.example"]},
            "rules":[{"match":"/api/*","token":true},{"match":"POST /api/checkout","token":"required","send":{"cart":"body"},"consume":["cart"]}]}"#,
        r#"{"name":"a","auth":{"token":"/token","clientId":"a","refreshToken":"indexeddb","grace":30,"revoke":"/revoke"}}"#,
        r#"{"name":"a","auth":{"source":true},"slices":[{"name":"m","kind":"set","storage":"memory","initial":["a",1,null]}]}"#,
        r#"{"name":"a","slices":[{"name":"f","kind":"object"}],"rules":[{"match":"GET /*","send":{"f":{"in":"query","style":"deepObject","fields":["a"],"as":"b","empty":true}},"retry":2,"overflow":"post","redirect":"follow","budget":4000}]}"#,
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

pub(crate) fn run(input: &[u8]) {
    let Ok(config) = Config::from_json(&text(input)) else {
        return;
    };
    let Some(mut client) = client(&config) else { return };
    client.store.load();
    for (index, slice) in config.slices.iter().enumerate() {
        assert_eq!(client.store.find(&slice.name), Some(index));
        let put = match slice.kind {
            Kind::Map => client.store.put(index, "key", "1"),
            Kind::Set => client.store.put(index, "\"key\"", "null"),
            Kind::Object => client.store.put(index, "", r#"{"key":1}"#),
        };
        assert!(put.is_ok(), "a change of its kind");
        assert!(slice.ttl == Some(0) || client.store.whole(index).is_some_and(|whole| whole.contains("key")));
    }
    assert!(client.flush().is_ok());
    let _ = client.plan("POST", "https://shop.example", "/api/checkout");
    let _ = client.store.export();
}

/// None if it is refused.
fn client(config: &Config) -> Option<Client> {
    let environment = Environment {
        local: Rc::<MemoryStorage>::default(),
        session: Rc::<MemoryStorage>::default(),
        numbers: NATIVE,
        seed: 7,
        now: Now {
            wall: 1_790_000_000_000,
            monotonic: 5_000,
        },
        page_origin: "https://shop.example".into(),
        own_endpoints: Vec::new(),
        secure: true,
    };
    Client::new(config, environment).ok()
}
