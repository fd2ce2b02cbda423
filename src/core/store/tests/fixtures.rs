//! What released versions have stored loads for ever. A fixture is never changed; a new form gets a new one.

use serde_json::Value;

use super::*;

const FORMAT_1: &str = include_str!("../../../../tests/fixtures/format-1.json");
/// The same, with snapshots that say how to tell whether they are whole.
const FORMAT_1_DIGESTS: &str = include_str!("../../../../tests/fixtures/format-1-digests.json");

#[test]
fn what_format_1_has_stored_loads() {
    loads(FORMAT_1);
    loads(FORMAT_1_DIGESTS);
}

fn loads(fixture: &str) {
    let fixture: Value = serde_json::from_str(fixture).unwrap();
    let local: Rc<MemoryStorage> = Rc::default();
    for (key, entry) in fixture["entries"].as_object().unwrap() {
        // Of what has a digest the text itself is kept.
        let text = entry.as_str().map_or_else(|| entry.to_string(), str::to_owned);
        local.set(key, &text).unwrap();
    }
    let configs: Vec<SliceConfig> = crate::json::from_text(&fixture["slices"].to_string()).unwrap();
    let setting = Setting {
        owner: Some("ada".into()),
        ..setting(&local, 1)
    };
    let mut store = Store::open("shop", &configs, setting).unwrap();
    assert!(store.take_news().damaged.is_empty());
    for (slice, config) in configs.iter().enumerate() {
        let shown: Value = serde_json::from_str(&store.whole(slice).unwrap()).unwrap();
        assert_eq!(shown, fixture["shows"][&config.name], "{}", config.name);
        let order: Vec<Value> = store.keys(slice).iter().map(|key| Value::from(&**key)).collect();
        assert_eq!(Value::from(order), fixture["order"][&config.name], "{}", config.name);
    }
    // It can be changed, too, and what was covered stays so.
    store.clear(CART).unwrap();
    store.flush().unwrap();
    assert_eq!(
        Store::open("shop", &configs, super::setting(&local, 2))
            .unwrap()
            .whole(CART),
        None
    );
}
