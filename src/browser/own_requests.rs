//! The requests that the library makes for itself: renewing the session, and ending it.

use gloo_net::http::Request;
use web_sys::{Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Url};

use crate::session::{Answer, AuthConfig};

/// An answer, read.
pub(super) struct Answered {
    status: u16,
    body: String,
    retry_after: Option<u64>,
}

/// POSTs to an endpoint of the session, with its cookie. `None`: nobody answered.
///
/// The request outlives the page and is never aborted: were it, a server that has rotated the cookie would have told nobody.
pub(super) async fn post(address: &str, auth: &AuthConfig) -> Option<Answered> {
    let headers = Headers::new().ok()?;
    headers.set(&auth.csrf.name, &auth.csrf.value).ok()?;
    headers.set("Accept", "application/json").ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Include);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    js_sys::Reflect::set(&init, &"keepalive".into(), &true.into()).ok()?;
    let request = web_sys::Request::new_with_str_and_init(address, &init).ok()?;
    let response = Request::from(request).send().await.ok()?;
    let retry_after = response
        .headers()
        .get("Retry-After")
        .and_then(|value| value.trim().parse().ok());
    Some(Answered {
        status: response.status(),
        body: response.text().await.unwrap_or_default(),
        retry_after,
    })
}

impl Answered {
    /// As the core takes it.
    pub(super) fn as_answer(answered: Option<&Self>) -> Answer<'_> {
        match answered {
            None => Answer::Unreachable,
            Some(Self {
                status,
                body,
                retry_after,
            }) => Answer::Response {
                status: *status,
                body,
                retry_after: *retry_after,
            },
        }
    }
}

/// An endpoint's origin and path, as the browser parses it.
pub(super) fn origin_and_path(address: &str) -> Option<String> {
    let url = Url::new(&web_sys::Request::new_with_str(address).ok()?.url()).ok()?;
    Some(url.origin() + &url.pathname())
}
