// The one holdall client of this page: what it keeps, and which request carries what.

import { open, map, object, set } from "/holdall/index.js";

/** Opens the client. It doesn't wait for the network. */
export async function openShop() {
  const app = await open({
    name: "shop",
    state: {
      cart: map(),
      filters: object({ initial: { unread: false, text: "" } }),
      blocked: set(),
    },
    auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
    requests: [
      { match: "/api/*", token: true },
      { match: "GET /api/products", token: false }, // the shelf is everybody's: it needn't wait for a session
      { match: "GET /api/messages", send: { blocked: "query", filters: "query" }, overflow: "post" },
      { match: "POST /api/checkout", token: "required", send: { cart: "body" }, consume: ["cart"] },
      { match: "GET /api/orders", token: "required" },
    ],
  });
  window.app = app; // so that the console can play with it too
  return app;
}
