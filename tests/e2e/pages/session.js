// A page with nothing but a session, for a test to steer.
import { open } from "/holdall/index.js";

const auth = JSON.parse(
  new URLSearchParams(location.search).get("auth") ?? '{"refresh":"/auth/refresh","signOut":"/auth/sign-out"}',
);
const app = await open({ name: "e2e", state: {}, auth, requests: [{ match: "/api/*", token: true }] });

/** Everything that it has told. */
const told = [];
for (const name of ["request", "refresh", "session", "session-changed"]) {
  app.on(name, (event) => told.push({ name, ...event }));
}

async function signIn(user) {
  const answer = await fetch(`/auth/sign-in?user=${user}`, { method: "POST" });
  app.session.signIn(await answer.json());
}

/** Sends so many requests at once, and gives how each ended: a status, or an error's code. */
function burst(count, name) {
  const ends = Array.from({ length: count }, (_, number) =>
    app.fetch(`/api/${name}/${number}`).then(
      ({ status }) => status,
      ({ code, name }) => code ?? name,
    ),
  );
  return Promise.all(ends);
}

/** Begins that, here and in all other tabs; `result` has what came of it. */
function begin(count, round) {
  window.result = undefined;
  window.began = performance.now();
  void burst(count, round).then((ends) => {
    window.took = performance.now() - window.began;
    window.result = ends;
  });
}

const all = new BroadcastChannel("all");
all.onmessage = ({ data: { count, round } }) => begin(count, round);
function everybody(count, round) {
  all.postMessage({ count, round });
  begin(count, round);
}

/** The page does nothing at all for so long, from the next refresh on: before that leaves, or just after. */
const stuck = { milliseconds: 0, after: false };

Object.assign(window, { app, told, signIn, burst, begin, everybody, stuck, opened: true });
