// Who is signed in, signing in and signing out.

import { byId, say } from "./dom.js";
import { answer, explain } from "./words.js";

/** Shows the account. `onTokens` hears of each token response's lifetime. Gives `ask`: leads to the form and says why. */
export function startAccount(app, { onTokens }) {
  const panel = byId("account");
  const form = byId("sign-in-form");
  const submit = form.querySelector("[type=submit]");
  const { username, password } = form.elements;
  const hint = byId("sign-in-hint");
  const usualHint = hint.textContent;
  let before;

  function show() {
    const { status, user } = app.session;
    panel.dataset.status = status;
    if (status !== before) say(byId("account-trouble"), "");
    if (status === "signed-in") {
      const name = user?.name ?? user?.sub ?? "you";
      say(byId("user-name"), name);
      say(byId("user-initials"), initials(name));
    }
    if (status === "signed-out" || status === "ended") {
      say(byId("user-name"), "");
      say(byId("user-initials"), "");
    }
    if (status === "ended") say(hint, "Your session has ended. Sign in again: cart, filters and blocked senders are still here.");
    else if (status !== before) say(hint, usualHint);
    before = status;
  }

  async function signIn(event) {
    event.preventDefault();
    if (submit.getAttribute("aria-disabled") === "true") return;
    busy(true);
    say(byId("account-trouble"), "");
    try {
      const response = await fetch("/auth/sign-in", {
        method: "POST",
        headers: { "content-type": "application/json", "Holdall-Csrf": "1" },
        body: JSON.stringify({ username: username.value.trim(), password: password.value }),
      });
      const tokens = await answer(response);
      app.session.signIn(tokens);
      onTokens(tokens.expires_in);
      password.value = "";
      byId("user-name").focus({ preventScroll: true });
    } catch (error) {
      say(byId("account-trouble"), explain(error));
      password.select();
    } finally {
      busy(false);
    }
  }

  async function signOut() {
    try {
      const done = app.session.signOut();
      username.focus({ preventScroll: true });
      await done;
    } catch (error) {
      say(byId("account-trouble"), explain(error));
    }
  }

  function busy(is) {
    submit.setAttribute("aria-disabled", String(is));
    say(submit, is ? "Signing in…" : "Sign in");
  }

  function fill({ currentTarget }) {
    username.value = currentTarget.dataset.fill;
    password.value = currentTarget.dataset.secret;
    submit.focus();
  }

  form.addEventListener("submit", signIn);
  byId("sign-out").addEventListener("click", signOut);
  for (const chip of form.querySelectorAll("[data-fill]")) chip.addEventListener("click", fill);
  app.session.subscribe(show);
  app.on("refresh", ({ outcome }) => {
    if (outcome === "failed" && app.session.status === "restoring") {
      say(byId("account-trouble"), "The server can't be reached to restore your session. It will be tried again.");
    }
  });
  show();

  return {
    ask(why) {
      say(hint, why);
      panel.scrollIntoView({ block: "center" });
      (username.value ? password : username).focus({ preventScroll: true });
    },
  };
}

const initials = (name) => name.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 2).join("").toUpperCase();
