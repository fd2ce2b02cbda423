//! The page on small and large screens, and without a mouse.

use holdall_e2e::{Browser, Server, Tab};

/// A phone and a small desktop, in CSS pixels.
const SCREENS: [(u32, u32); 2] = [(390, 844), (1280, 900)];

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_jumps_and_nothing_sticks_out_on_any_screen() {
    let server = Server::start();
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    // Taken from the specification: shifts soon after input are the person's own doing.
    tab.run_before_each_page(
        r#"window.shifts = [];
        const note = (entries) => {
            for (const { value, hadRecentInput, sources } of entries) {
                if (!hadRecentInput) window.shifts.push([value, ...sources.map(({ node }) => node?.id || node?.className || node?.nodeName)]);
            }
        };
        const observer = new PerformanceObserver((list) => note(list.getEntries()));
        observer.observe({ type: "layout-shift", buffered: true });
        window.takeShifts = () => note(observer.takeRecords()) ?? window.shifts;"#,
    )
    .await;
    // So that what comes late does come late.
    tab.delay_answers(40).await;
    for (width, height) in SCREENS {
        tab.resize(width, height).await;
        tab.open_shop(&server.origin()).await;
        is_steady(&tab, &format!("a guest at {width}×{height}")).await;
    }
    tab.click("add-lamp").await;
    tab.click("add-mug").await;
    tab.click("block-mallory").await;
    tab.sign_in("ada", "lovelace").await;
    for (width, height) in SCREENS {
        tab.resize(width, height).await;
        tab.reload().await;
        is_steady(&tab, &format!("Ada at {width}×{height}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_without_a_mouse_shops_signs_in_and_out() {
    let server = Server::start();
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.open_shop(&server.origin()).await;
    tab_to(&tab, r#"[data-testid="add-lamp"]"#).await;
    tab.press(ENTER).await;
    tab.until("the lamp is in the cart", |view| view.has_cart(&[("lamp", 1)]))
        .await;

    tab_to(&tab, "[name=username]").await;
    tab.press("ada").await;
    tab_to(&tab, "[name=password]").await;
    tab.press("lovelace").await;
    tab.press(ENTER).await;
    tab.until("she is signed in", |view| view.status == "signed-in").await;

    tab_to(&tab, r#"[data-testid="sign-out"]"#).await;
    tab.press(ENTER).await;
    tab.until("she is signed out", |view| view.status == "signed-out" && view.form)
        .await;
    // The pressed button is gone: the focus is somewhere useful, and not at the page's start.
    assert_eq!(tab.run("return document.activeElement.name").await, "username");
}

/// Checks that the page is no wider than the screen, and that hardly anything has moved since it was loaded.
async fn is_steady(tab: &Tab, who: &str) {
    let too_wide = tab
        .run(
            r#"const { scrollWidth, clientWidth } = document.documentElement;
            const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
            return scrollWidth > clientWidth ? [scrollWidth, ...wide.map(({ id, className }) => id || className)] : null;"#,
        )
        .await;
    assert!(too_wide.is_null(), "{who}: {too_wide}");
    let shifts = tab
        .run(
            r#"for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
            return window.takeShifts();"#,
        )
        .await;
    let shifts = shifts.as_array().unwrap();
    let sum: f64 = shifts.iter().filter_map(|shift| shift[0].as_f64()).sum();
    assert!(sum < 0.05, "{who}: {sum} in {shifts:?}");
}

/// Presses Tab until that element has the focus, and checks that one can see that it has.
async fn tab_to(tab: &Tab, selector: &str) {
    let script = format!("return document.activeElement.matches({selector:?})");
    for _ in 0..80 {
        tab.press(TAB).await;
        if tab.run(&script).await == true {
            let seen = tab
                .run(
                    r#"const element = document.activeElement;
                    const { outlineStyle, boxShadow } = getComputedStyle(element);
                    const { top, bottom } = element.getBoundingClientRect();
                    return element.matches(":focus-visible") && (outlineStyle !== "none" || boxShadow !== "none")
                        && top >= 0 && bottom <= innerHeight;"#,
                )
                .await;
            assert_eq!(seen, true, "{selector} shows that it has the focus");
            return;
        }
    }
    panic!("{selector} can't be reached by Tab");
}
