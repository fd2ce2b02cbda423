// What is added to a request, by pairs of one with the browser's own `fetch` and one with the contender's.

import { key, line } from "./lines.js";

/** A cart of about that many bytes, as JSON. */
function cart(bytes) {
  const cart = {};
  for (let number = 0; JSON.stringify({ cart }).length < bytes; number++) cart[key(number)] = line(number);
  return cart;
}

async function signIn(kind) {
  return (await fetch(`/auth/sign-in?seconds=3600&kind=${kind ?? "cookie"}`, { method: "POST" })).json();
}

async function timed(send, count) {
  const begin = performance.now();
  const answers = Array.from({ length: count }, async () => {
    const response = await send();
    await response.text();
    if (response.status !== 200) throw new Error(`${response.status}`);
  });
  await Promise.all(answers);
  return performance.now() - begin;
}

let send;

export const bench = {
  async open(contender, bytes) {
    const { open } = await import(`/contenders/auth/${contender}.js`);
    const client = await open({ cart: cart(bytes), signIn });
    send = bytes > 0 ? () => client.post("/api/echo") : () => client.get("/api/echo");
    return client.held().length;
  },

  /** The times of the two in each pair, in milliseconds; who goes first changes from pair to pair. */
  async pairs(contender, bytes, atOnce, pairs) {
    const { open } = await import(`/contenders/auth/${contender}.js`);
    const client = await open({ cart: cart(bytes), signIn });
    const own = bytes > 0 ? () => client.post("/api/echo") : () => client.get("/api/echo");
    // The same bytes, ready to be sent.
    const body = client.held();
    const headers = { Authorization: "Bearer access-12345678", "Content-Type": "application/json" };
    const init = bytes > 0 ? { method: "POST", headers, body } : { headers: { Authorization: headers.Authorization } };
    const raw = () => fetch("/api/echo", init);

    const warm = Math.ceil(10 / atOnce);
    for (let turn = 0; turn < warm; turn++) for (const way of [raw, own]) await timed(way, atOnce);
    const result = [];
    for (let turn = 0; turn < pairs; turn++) {
      const first = turn % 2 === 0 ? [raw, own] : [own, raw];
      const took = [await timed(first[0], atOnce), await timed(first[1], atOnce)];
      result.push(turn % 2 === 0 ? took : took.reverse());
    }
    return result;
  },

  /** So many requests, a few at a time. */
  async many(count) {
    for (let sent = 0; sent < count; sent += 5) await timed(send, 5);
  },
};
