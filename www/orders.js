// The orders of whoever is signed in.

import { byId, h } from "./dom.js";
import { answer, count, ended, explain, moment, money } from "./words.js";

/** Shows the orders while signed in. Gives `reload`, for when there is a new one. */
export function startOrders(app) {
  const list = byId("orders");
  let shownFor;

  async function reload() {
    const mine = shownFor;
    try {
      const orders = await answer(await app.fetch("/api/orders"));
      if (mine === shownFor) list.replaceChildren(...(orders.length ? orders.map(row) : [h("p", { class: "quiet" }, "None yet.")]));
    } catch (error) {
      if (mine === shownFor && !ended(error)) list.replaceChildren(h("p", { class: "quiet" }, explain(error)));
    }
  }

  function row({ id, at, lines, total }) {
    const pieces = lines.reduce((sum, line) => sum + line.qty, 0);
    return h("p", { class: "order", title: `Order ${id}` }, h("span", {}, `${moment(at)}, ${count(pieces, "piece")}`), h("span", {}, money(total)));
  }

  function onSession() {
    const { status, user } = app.session;
    const now = status === "signed-in" ? (user?.sub ?? "") : undefined;
    if (now === shownFor) return;
    shownFor = now;
    list.replaceChildren();
    if (now !== undefined) reload();
  }

  app.session.subscribe(onSession);
  onSession();
  return { reload };
}
