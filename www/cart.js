// The cart, and the order that comes of it. It follows its slice, so a second tab shows the same.

import { byId, h, reconcile, say, trouble } from "./dom.js";
import { answer, count, explain, money, Refused } from "./words.js";

const MOST = 99; // of one thing in one order

/** Shows the cart. `signIn` leads somebody who is signed out to the form; `onOrder` hears of each order. */
export function startCart(app, { signIn, onOrder }) {
  const { cart } = app.state;
  const checkout = byId("checkout");
  let ordering = false;

  function show() {
    const lines = [...cart.snapshot()].map(([sku, line]) => ({ sku, ...line }));
    const things = lines.reduce((sum, line) => sum + line.qty, 0);
    reconcile(byId("lines"), lines, { key: (line) => line.sku, create: row, update: fill });
    byId("cart-empty").hidden = lines.length > 0;
    say(byId("cart-count"), String(things));
    say(byId("top-count"), String(things));
    say(byId("cart-total"), money(total(lines)));
    showButton();
  }

  function row({ sku }) {
    const button = (name, label, text, onclick) =>
      h("button", { type: "button", class: "step", "data-testid": `${name}-${sku}`, "aria-label": label, onclick }, text);
    return h("li", { class: "line", "data-testid": `line-${sku}` },
      h("span", { class: "line-title" }),
      h("span", { class: "line-price" }),
      h("span", { class: "steps" },
        button("less", "One less", "−", () => less(sku)),
        h("span", { class: "qty", "data-testid": `qty-${sku}` }),
        button("more", "One more", "+", () => more(sku))),
      button("remove", "Remove", "Remove", () => remove(sku)));
  }

  function fill(element, { sku, title, price, qty }) {
    const find = (name) => element.querySelector(`[data-testid="${name}-${sku}"]`);
    say(element.querySelector(".line-title"), title);
    say(element.querySelector(".line-price"), money(price * qty));
    say(find("qty"), String(qty));
    find("less").setAttribute("aria-label", `One ${title} less`);
    find("more").setAttribute("aria-label", `One ${title} more`);
    find("remove").setAttribute("aria-label", `Remove ${title}`);
    find("more").setAttribute("aria-disabled", String(qty >= MOST));
  }

  function more(sku) {
    if ((cart.get(sku)?.qty ?? MOST) < MOST) cart.increment(sku, "qty", 1);
  }

  function less(sku) {
    if ((cart.get(sku)?.qty ?? 0) > 1) cart.increment(sku, "qty", -1);
    else remove(sku);
  }

  function remove(sku) {
    const row = byId("lines").querySelector(`[data-testid="line-${sku}"]`);
    const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
    cart.delete(sku);
    (neighbour?.querySelector(".step") ?? byId("cart")).focus({ preventScroll: true }); // the focused button is gone
  }

  async function order() {
    if (ordering) return;
    if (app.session.status === "restoring") await app.session.ready;
    trouble(byId("cart-trouble"));
    if (app.session.status !== "signed-in") return signIn("Sign in to place the order. Your cart waits here.");
    if (cart.size === 0) return trouble(byId("cart-trouble"), "The cart is empty: add something first.");
    const expected = total([...cart.snapshot().values()]);
    ordering = true;
    byId("order-result").hidden = true;
    showButton();
    try {
      showReceipt(await answer(await app.fetch("/api/checkout", { method: "POST" })), expected);
      onOrder();
    } catch (error) {
      trouble(byId("cart-trouble"), orderTrouble(error));
      if (error?.code === "signed-out") signIn("Your session has ended. Sign in again to place the order.");
    } finally {
      ordering = false;
      showButton();
    }
  }

  function showButton() {
    const { status } = app.session;
    const known = status !== "restoring";
    say(checkout, ordering ? "Placing the order…" : known && status !== "signed-in" ? "Sign in to check out" : "Check out");
    checkout.setAttribute("aria-disabled", String(ordering || !known || (status === "signed-in" && cart.size === 0)));
  }

  checkout.addEventListener("click", order);
  cart.subscribe(show);
  app.session.subscribe(showButton);
  show();
}

const total = (lines) => lines.reduce((sum, line) => sum + line.price * line.qty, 0);

// A lost answer may still have been an order; the same cart asks with the same key, so asking again is safe.
function orderTrouble(error) {
  if (error instanceof TypeError) {
    return "No answer came, so the order may or may not have arrived. Press again: it can't be placed twice.";
  }
  return error instanceof Refused && error.status >= 500 ? `${explain(error)} Your cart is unchanged.` : explain(error);
}

function showReceipt({ id, lines, total }, expected) {
  const box = byId("order-result");
  const item = ({ title, qty, price }) => h("li", {}, h("span", {}, `${qty} × ${title}`), h("span", {}, money(qty * price)));
  box.replaceChildren(
    h("h3", {}, "Thank you. It is ordered."),
    h("p", { class: "quiet" }, `Order ${id}, ${count(lines.reduce((sum, line) => sum + line.qty, 0), "piece")}`),
    h("ul", {}, ...lines.map(item)),
    h("p", { class: "receipt-total" }, h("span", {}, "At the shop's own prices"), h("strong", {}, money(total))));
  if (total !== expected) box.append(h("p", { class: "quiet" }, `Prices have changed: your cart said ${money(expected)}.`));
  box.append(h("button", { type: "button", class: "plain", onclick: () => (box.hidden = true) }, "Dismiss"));
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}
