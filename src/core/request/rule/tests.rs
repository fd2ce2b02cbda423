use super::*;
use crate::json::from_text;

const OWN: &str = "https://shop.example";
const SLICES: [SliceInfo<'_>; 3] = [
    SliceInfo {
        name: "cart",
        kind: Kind::Map,
    },
    SliceInfo {
        name: "filters",
        kind: Kind::Object,
    },
    SliceInfo {
        name: "blockedUsers",
        kind: Kind::Set,
    },
];

fn compile(rules: &str) -> Result<Rules, RuleError> {
    Rules::compile(&from_text::<Vec<RuleConfig>>(rules).unwrap(), &SLICES)
}

fn plan(rules: &str, method: &str, path: &str) -> Option<Plan> {
    compile(rules).unwrap().plan(&Target {
        method,
        origin: OWN,
        path,
        page_origin: OWN,
    })
}

fn places(plan: &Plan) -> Vec<(&str, &str, Place)> {
    plan.sends
        .iter()
        .map(|send| (send.slice_name.as_str(), send.name.as_str(), send.place))
        .collect()
}

#[test]
fn a_request_that_no_rule_matches_has_no_plan() {
    let rules = r#"[{"match":"GET /api/*","token":true}]"#;
    assert!(plan(rules, "GET", "/api/x").is_some());
    assert!(plan(rules, "POST", "/api/x").is_none());
    assert!(plan(rules, "GET", "/apix").is_none());
    assert!(plan("[]", "GET", "/").is_none());
    let foreign = Target {
        method: "GET",
        origin: "https://evil.example",
        path: "/api/x",
        page_origin: OWN,
    };
    assert!(compile(rules).unwrap().plan(&foreign).is_none());
}

#[test]
fn a_bare_rule_gives_nothing() {
    let plan = plan(r#"[{"match":"/*"}]"#, "GET", "/").unwrap();
    assert_eq!(
        (plan.token, plan.sends.len(), plan.follow_redirects),
        (TokenUse::None, 0, false)
    );
    assert_eq!((plan.consume.len(), plan.key.as_str()), (0, ""));
}

#[test]
fn later_rules_override_field_by_field() {
    let rules = r#"[
        {"match":"/*","token":true,"send":{"cart":"body","filters":"query"},"consume":["cart"],"redirect":"follow"},
        {"match":"/b/*","send":{"cart":{"in":"header","as":"c"},"blockedUsers":"query"}},
        {"match":"/b/c/*","token":"required","send":{"filters":false},"consume":["blockedUsers","cart"],"redirect":"error"},
        {"match":"/b/c/d","token":false,"send":{"cart":false}}
    ]"#;
    let form = Place::Query(Style::Form);
    let top = plan(rules, "POST", "/a").unwrap();
    assert_eq!(top.token, TokenUse::IfSignedIn);
    assert_eq!(
        places(&top),
        [("cart", "cart", Place::Body), ("filters", "filters", form)]
    );
    assert_eq!(
        (top.consume, top.key.as_str(), top.follow_redirects),
        (vec![0], "/*", true)
    );

    let b = plan(rules, "POST", "/b/x").unwrap();
    assert_eq!(b.token, TokenUse::IfSignedIn);
    assert_eq!(
        places(&b),
        [
            ("blockedUsers", "blockedUsers", form),
            ("cart", "c", Place::Header),
            ("filters", "filters", form)
        ]
    );

    let c = plan(rules, "POST", "/b/c/x").unwrap();
    assert_eq!(c.token, TokenUse::Required);
    assert_eq!(
        places(&c),
        [("blockedUsers", "blockedUsers", form), ("cart", "c", Place::Header)]
    );
    assert_eq!(
        (c.consume, c.key.as_str(), c.follow_redirects),
        (vec![2, 0], "/b/c/*", false)
    );

    let d = plan(rules, "POST", "/b/c/d").unwrap();
    assert_eq!(d.token, TokenUse::None);
    assert_eq!(places(&d), [("blockedUsers", "blockedUsers", form)]);
    assert_eq!(d.consume, [2], "what isn't sent isn't consumed");
}

#[test]
fn a_rule_may_consume_what_another_sends() {
    let rules = r#"[{"match":"/api/*","send":{"cart":"header"}},{"match":"POST /api/checkout","consume":["cart"]}]"#;
    assert_eq!(plan(rules, "POST", "/api/checkout").unwrap().consume, [0]);
    assert_eq!(plan(rules, "POST", "/api/checkout").unwrap().key, "POST /api/checkout");
    let none = r#"[{"match":"/api/*","send":{"cart":"header"}},{"match":"/api/a","consume":[]}]"#;
    assert_eq!(plan(none, "POST", "/api/a").unwrap().consume.len(), 0);
}

#[test]
fn null_is_as_if_left_out() {
    let rules = r#"[{"match":"/*","token":null,"send":null,"consume":null,"redirect":null}]"#;
    assert_eq!(plan(rules, "GET", "/").unwrap().token, TokenUse::None);
    assert!(compile(r#"[{"match":"/*","send":{"cart":{"in":"query","style":null,"as":null}}}]"#).is_ok());
}

#[test]
fn an_unknown_slice_is_named_with_the_known_ones() {
    for rules in [
        r#"[{"match":"/a","send":{"crat":"body"}}]"#,
        r#"[{"match":"/a","consume":["crat"]}]"#,
    ] {
        let error = compile(rules).unwrap_err();
        assert_eq!(error.code(), "unknown-slice");
        assert_eq!(
            error.to_string(),
            "the rule `/a` names the slice `crat`, which the state doesn't have; it has: cart, filters, blockedUsers"
        );
    }
}

#[test]
fn refuses_what_cannot_be_meant() {
    for bad in [
        r#"{"token":true}"#,
        r#"{"match":"api"}"#,
        r#"{"match":"/a","tokn":true}"#,
        r#"{"match":"/a","token":"yes"}"#,
        r#"{"match":"/a","redirect":"manual"}"#,
        r#"{"match":"/a","consume":["cart"]}"#,
        r#"{"match":"/a","send":{"cart":false},"consume":["cart"]}"#,
        r#"{"match":"/a","send":{"cart":true}}"#,
        r#"{"match":"/a","send":{"cart":"cookie"}}"#,
        r#"{"match":"/a","send":{"cart":{}}}"#,
        r#"{"match":"/a","send":{"cart":{"in":"query","styl":"json"}}}"#,
        r#"{"match":"/a","send":{"cart":{"in":"query","style":"pipeDelimited"}}}"#,
        r#"{"match":"/a","send":{"cart":{"in":"body","style":"json"}}}"#,
        r#"{"match":"/a","send":{"cart":{"in":"body","as":""}}}"#,
        r#"{"match":"/a","send":{"filters":{"in":"query","as":"f"}}}"#,
        r#"{"match":"/a","send":{"cart":{"in":"header","as":"Cart"}}}"#,
        r#"{"match":"/a","send":{"blockedUsers":"header"}}"#,
        r#"{"match":"GET /a","send":{"cart":"body"}}"#,
        r#"{"match":"POST,HEAD /a","send":{"cart":"body"}}"#,
        r#"{"match":"/a","overflow":"put"}"#,
        r#"{"match":"/a","send":{"cart":{"in":"query","style":"deepObject","empty":true}}}"#,
        r#"{"match":"/a","send":{"blockedUsers":{"in":"query","empty":true}}}"#,
        r#"{"match":"/a","send":{"blockedUsers":{"in":"body","as":"b","fields":["a"]}}}"#,
        r#"{"match":"/a","send":{"cart":{"in":"body","fields":["a"],"select":0}}}"#,
    ] {
        let error = compile(&["[", bad, "]"].concat()).expect_err(bad);
        assert_eq!(error.code(), "bad-rule", "{bad}");
    }
    let error = compile(r#"[{"match":"get /a"}]"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the rule `get /a` can't be used: write methods in upper case, with just a comma between: GET,POST /path (found `get`)"
    );
}

#[test]
fn what_a_style_can_never_say_is_refused_when_the_rule_is_made() {
    let error = compile(r#"[{"match":"/a","send":{"blockedUsers":{"in":"query","style":"deepObject"}}}]"#).unwrap_err();
    assert_eq!(error.code(), "not-encodable");
    for good in [
        r#""cart":{"in":"query","style":"form"}"#,
        r#""cart":{"in":"query","style":"deepObject","as":"c"}"#,
        r#""blockedUsers":{"in":"query","style":"json","as":"b"}"#,
        r#""blockedUsers":{"in":"query","as":"b"}"#,
        r#""blockedUsers":{"in":"header","as":"blocked-users"}"#,
        r#""cart":{"in":"body","as":"__proto__"}"#,
        r#""cart":{"in":"body","fields":["qty"],"empty":true}"#,
        r#""blockedUsers":{"in":"query","style":"deepObject","as":"b","select":3}"#,
        r#""filters":{"in":"query","as":"f","select":3}"#,
    ] {
        assert!(
            compile(&["[{\"match\":\"/a\",\"send\":{", good, "}}]"].concat()).is_ok(),
            "{good}"
        );
    }
}

#[test]
fn wrong_types_are_no_rules() {
    for bad in [
        r#"[{"match":1}]"#,
        r#"[{"match":"/a","token":1}]"#,
        r#"[{"match":"/a","send":["cart"]}]"#,
        r#"[{"match":"/a","send":{"cart":1}}]"#,
        r#"[{"match":"/a","consume":"cart"}]"#,
        r#"[{"match":"/a","retry":"twice"}]"#,
        r#"[{"match":"/a","retry":-1}]"#,
        r#"[{"match":"/a","retry":1.5}]"#,
        r#"[{"match":"/a","idempotency":"mine"}]"#,
        r#"[{"match":"/a","consumeIf":"ok"}]"#,
        "[[]]",
    ] {
        assert!(from_text::<Vec<RuleConfig>>(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_done_when_something_fails_is_overridden_like_the_rest() {
    let rules = r#"[{"match":"/*","retry":3,"overflow":"post","idempotency":true,"consumeIf":4,"budget":16000},
        {"match":"GET,POST /a","retry":0,"overflow":"query","idempotency":false}]"#;
    let top = plan(rules, "GET", "/b").unwrap();
    assert_eq!((top.retry, top.overflow), (3, Overflow::Post));
    assert_eq!((top.idempotency, top.consume_if), (Some(true), Some(4)));
    let a = plan(rules, "POST", "/a").unwrap();
    assert_eq!((a.retry, a.overflow), (0, Overflow::Query));
    assert_eq!((a.idempotency, a.consume_if), (Some(false), Some(4)));
    assert_eq!((top.budget, a.budget), (Some(16_000), Some(16_000)));
    let bare = plan(r#"[{"match":"/*"}]"#, "GET", "/").unwrap();
    assert_eq!(
        (bare.retry, bare.overflow, bare.idempotency),
        (0, Overflow::Error, None)
    );
}

#[test]
fn a_rule_that_can_have_no_effect_is_refused() {
    for (earlier, later) in [
        (r#""match":"/a","token":true"#, r#""match":"/a","token":false"#),
        (
            r#""match":"/api/x","retry":1"#,
            r#""match":"/api/*","retry":2,"token":true"#,
        ),
        (r#""match":"/api/:id/y","token":true"#, r#""match":"/*/y","token":true"#),
        (r#""match":"/a/:id","token":true"#, r#""match":"/:x/:y","token":true"#),
        (
            r#""match":"GET /a","send":{"cart":"query"}"#,
            r#""match":"GET,POST /a","send":{"cart":false}"#,
        ),
        (
            r#""match":"https://a.b/*","redirect":"follow""#,
            r#""match":"https://a.b/*","redirect":"error""#,
        ),
    ] {
        let rules = ["[{", earlier, "},{", later, "}]"].concat();
        let error = compile(&rules).expect_err(&rules);
        assert!(error.to_string().contains("later rules override all"), "{error}");
    }
    for (earlier, later) in [
        (r#""match":"/a""#, r#""match":"/a","token":true"#),
        (r#""match":"/a","token":true"#, r#""match":"/b","token":true"#),
        (r#""match":"/a","token":true"#, r#""match":"GET /a","token":true"#),
        (
            r#""match":"GET,POST /a","token":true"#,
            r#""match":"GET /a","token":true"#,
        ),
        (
            r#""match":"/a","token":true,"retry":1"#,
            r#""match":"/a","token":false"#,
        ),
        (r#""match":"/a/*","token":true"#, r#""match":"/a/:id","token":true"#),
        (r#""match":"/a/*/b","token":true"#, r#""match":"/a/:x/b","token":true"#),
        (
            r#""match":"/a","token":true"#,
            r#""match":"https://a.b/a","token":true"#,
        ),
        (
            r#""match":"/a","send":{"cart":"header"}"#,
            r#""match":"/a","send":{"filters":"header"}"#,
        ),
    ] {
        let rules = ["[{", earlier, "},{", later, "}]"].concat();
        assert!(compile(&rules).is_ok(), "{rules}");
    }
    let three = r#"[{"match":"/a","token":true,"retry":1},{"match":"/*","token":true},{"match":"/a","retry":2}]"#;
    assert!(compile(three).is_err(), "by two together");
}
