//! Who is measured.

/// Who keeps state, by the names of the files in `peers/src/state`.
pub(crate) const STORES: [&str; 7] = [
    "holdall",
    "zustand",
    "redux",
    "nanostores",
    "tanstack",
    "tinybase",
    "json",
];

/// Who sends requests, by the names of the files in `peers/src/auth`.
pub(crate) const CLIENTS: [&str; 5] = ["holdall", "ky", "axios", "auth0", "oidc"];

/// What they are called, or what they are made of.
pub(crate) fn title(contender: &str) -> String {
    let title = match contender {
        "inline" => "holdall/inline",
        "zustand" => "zustand persist",
        "redux" => "RTK + redux-persist",
        "nanostores" => "@nanostores/persistent",
        "tanstack" => "TanStack DB",
        "tinybase" => "TinyBase",
        "json" => "one key, JSON.parse",
        "raw" => "setItem alone",
        "fetch" => "fetch alone",
        "axios" => "axios + auth-refresh",
        "auth0" => "auth0-spa-js",
        "oidc" => "oidc-client-ts",
        other => match other.split_once(' ') {
            Some((state, auth)) if STORES.contains(&state) => return format!("{} + {}", title(state), title(auth)),
            _ => other,
        },
    };
    title.to_owned()
}
