// holdall, with a refresh endpoint and its cookie.
import { map, open as openApp } from "holdall";

export async function open({ cart, signIn }) {
  const app = await openApp({
    name: "bench",
    state: { cart: map() },
    auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
    requests: [{ match: "/api/*", token: true }, { match: "POST /api/*", send: { cart: "body" } }],
  });
  const slice = app.state.cart;
  app.transaction(() => Object.entries(cart).forEach(([key, line]) => slice.set(key, line)));
  if (signIn) app.session.signIn(await signIn());
  return {
    get: (path) => app.fetch(path),
    post: (path) => app.fetch(path, { method: "POST" }),
    ready: () => app.session.status === "signed-in",
    held: () => JSON.stringify({ cart: Object.fromEntries(slice.snapshot()) }),
  };
}
