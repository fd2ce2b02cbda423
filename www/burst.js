// "20 requests at once": how many renewals do they need?

import { byId, say } from "./dom.js";
import { count, duration } from "./words.js";

const REQUESTS = 20;

/** Makes the button fire its requests and tell what they took. */
export function startBurst(app) {
  const button = byId("burst");
  let running = false;

  async function run() {
    if (running) return;
    running = true;
    button.setAttribute("aria-disabled", "true");
    let renewals = 0;
    const stop = app.on("refresh", ({ outcome }) => (renewals += outcome === "renewed" ? 1 : 0));
    const began = performance.now();
    const answers = await Promise.allSettled(Array.from({ length: REQUESTS }, () => app.fetch("/api/messages")));
    stop();
    const good = answers.filter(({ value }) => value?.ok).length;
    say(byId("burst-result"), told(good, renewals, performance.now() - began, app.session.status));
    button.setAttribute("aria-disabled", "false");
    running = false;
  }

  button.addEventListener("click", run);
}

function told(good, renewals, ms, status) {
  const all = `${good} of ${REQUESTS} answered in ${duration(ms)}`;
  if (status !== "signed-in") return `${all}, without a token: nobody is signed in.`;
  if (renewals === 0) return `${all}, no renewal needed: the token was still good.`;
  return `${all}, with ${count(renewals, "renewal")} for all of them.`;
}
