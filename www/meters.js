// The meters of the live view: the token's remaining life, the journal's size, and the server's own counters.

import { byId, debounce, say } from "./dom.js";
import { count, size } from "./words.js";

const PREFIX = "shop/";
const TICK = 100; // ms
const JOURNAL_EVERY = 500; // ms
const COUNTERS_EVERY = 5000; // ms

/** Shows the meters. Gives `received`, to be told of a sign-in's `expires_in` (seconds). */
export function startMeters(app) {
  const life = startLife(app);
  startJournal(app);
  startCounters(app);
  return life;
}

// A renewal doesn't say how long its token lives, so it is taken to live as long as the last one whose life was told.
function startLife(app) {
  let seconds = 5;
  let until = 0;

  function show() {
    const left = Math.max(0, until - performance.now()) / 1000;
    const { status } = app.session;
    const state = status === "restoring" ? status : status !== "signed-in" ? "none" : left > 0 ? "live" : "over";
    const words = { restoring: "asking for one", none: "none", live: `${left.toFixed(1)} s left`, over: "renewed when next needed" };
    byId("life").dataset.life = state;
    say(byId("life-text"), words[state]);
    byId("life-bar").style.setProperty("--left", String(Math.min(1, left / seconds)));
  }

  function started() {
    until = performance.now() + seconds * 1000;
    show();
  }

  function onSession() {
    if (app.session.status !== "signed-in") until = 0;
    show();
  }

  app.on("refresh", ({ outcome }) => outcome === "renewed" && started());
  app.session.subscribe(onSession);
  onSession();
  setInterval(show, TICK);

  return {
    received(expiresIn) {
      if (expiresIn > 0) seconds = expiresIn;
      started();
    },
  };
}

function startJournal() {
  const encoder = new TextEncoder();

  function show() {
    let keys = 0;
    let bytes = 0;
    for (const [key, value] of stored()) {
      if (!key.startsWith(PREFIX)) continue;
      keys += 1;
      bytes += encoder.encode(key + value).length;
    }
    const meter = byId("journal-size");
    meter.dataset.keys = String(keys);
    meter.dataset.bytes = String(bytes);
    say(meter, `${count(keys, "key")}, ${size(bytes)}`);
  }

  show();
  setInterval(() => document.visibilityState === "visible" && show(), JOURNAL_EVERY);
}

// Blocked storage throws already when it is named; the shop works without it.
function stored() {
  try {
    return Object.entries(localStorage);
  } catch {
    return [];
  }
}

// Asked for with the browser's own fetch: counting must not renew a token, nor show up as a request of holdall's.
function startCounters(app) {
  async function show() {
    if (document.visibilityState !== "visible") return;
    try {
      const response = await fetch("/api/stats");
      if (!response.ok) return;
      const { signIns, refreshes, orders } = await response.json();
      say(byId("stat-sign-ins"), String(signIns));
      say(byId("stat-refreshes"), String(refreshes));
      say(byId("stat-orders"), String(orders));
    } catch {
      // The server is away: the last figures stay, and the next tick asks again.
    }
  }

  const soon = debounce(show, 250);
  for (const event of ["request", "refresh", "session"]) app.on(event, soon);
  document.addEventListener("visibilitychange", soon);
  setInterval(show, COUNTERS_EVERY);
  show();
}
