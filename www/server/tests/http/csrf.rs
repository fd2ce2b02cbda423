use crate::support::Site;

const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");
const CUSTOM: (&str, &str) = ("holdall-csrf", "1");
const OWN: (&str, &str) = ("origin", "http://127.0.0.1:8080");

#[tokio::test]
async fn what_another_site_could_send_is_refused() {
    let site = Site::new().await;
    let cookie = site.ada().await.cookie;
    let refused: [&[(&str, &str)]; 12] = [
        &[],
        &[SAME],
        &[OWN],
        &[CUSTOM],
        &[("holdall-csrf", "0"), SAME],
        &[CUSTOM, ("sec-fetch-site", "same-site")],
        &[CUSTOM, ("sec-fetch-site", "none")],
        &[CUSTOM, OWN, ("sec-fetch-site", "cross-site")],
        &[CUSTOM, SAME, ("origin", "http://evil.example")],
        &[CUSTOM, ("origin", "http://127.0.0.1:8081")],
        &[CUSTOM, ("origin", "http://127.0.0.1:8080.evil.example")],
        &[CUSTOM, ("origin", "null")],
    ];
    for path in ["/auth/sign-in", "/auth/refresh", "/auth/sign-out"] {
        for headers in refused {
            let mut call = site.post(path).header("cookie", &cookie);
            for (name, value) in headers {
                call = call.header(name, value);
            }
            call.send().await.assert_problem(403, "foreign-request");
        }
    }
    // None of it reached the session.
    assert_eq!(site.refresh(&cookie).await.status, 200);
}

#[tokio::test]
async fn what_the_page_sends_is_taken() {
    let site = Site::new().await;
    let taken: [&[(&str, &str)]; 4] = [
        &[CUSTOM, SAME],
        &[CUSTOM, OWN],
        &[CUSTOM, OWN, SAME],
        &[CUSTOM, ("origin", "https://127.0.0.1:8080")],
    ];
    for headers in taken {
        let mut call = site.post("/auth/sign-out");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        assert_eq!(call.send().await.status, 204, "{headers:?}");
    }
}
