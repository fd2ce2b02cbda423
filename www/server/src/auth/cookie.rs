//! The cookie that holds the refresh token.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

use crate::clock::Millis;

/// The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`: no other host can set it.
const NAME: &str = "__Host-refresh";

pub(super) fn read(jar: &CookieJar) -> Option<String> {
    jar.get(NAME).map(|cookie| cookie.value().to_owned())
}

pub(super) fn holding(token: &str, max_age: Millis) -> Cookie<'static> {
    cookie(token.to_owned(), Duration::milliseconds(max_age))
}

pub(super) fn deleted() -> Cookie<'static> {
    cookie(String::new(), Duration::ZERO)
}

fn cookie(value: String, max_age: Duration) -> Cookie<'static> {
    Cookie::build((NAME, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(max_age)
        .build()
}
