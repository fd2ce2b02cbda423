// The shelf: the server's catalogue, and putting things into the cart.

import { byId, drawing, h, say, trouble } from "./dom.js";
import { answer, explain, money } from "./words.js";

const DRAWN = new Set(["lamp", "mug", "plant", "chair", "clock", "rug", "kettle", "bag", "candle"]);
const MOST = 99; // of one thing in one order

/** Shows the catalogue. Resolves when it is there, or can't be had. */
export async function startShop(app) {
  const list = byId("products");
  const cards = new Map();
  let failed = false;

  async function load() {
    trouble(byId("shop-trouble"));
    list.setAttribute("aria-busy", "true");
    try {
      const products = await answer(await app.fetch("/api/products"));
      list.replaceChildren(...products.map((product, index) => card(product, index)));
      showQuantities();
      failed = false;
    } catch (error) {
      failed = true;
      trouble(byId("shop-trouble"), explain(error));
      byId("shop-trouble").append(" ", h("button", { type: "button", onclick: load }, "Try again"));
    }
    list.setAttribute("aria-busy", "false");
  }

  function card({ sku, title, price, description, emoji }, index) {
    const inCart = h("span", { class: "in-cart", hidden: true });
    const add = () => {
      if ((app.state.cart.get(sku)?.qty ?? 0) < MOST) app.state.cart.increment(sku, "qty", 1, { title, price, qty: 0 });
    };
    cards.set(sku, inCart);
    return h("li", { class: `product tone-${index % 5}`, "data-testid": `product-${sku}` },
      h("div", { class: "art" }, DRAWN.has(sku) ? drawing(sku) : h("span", { "aria-hidden": "true" }, emoji ?? "◆"), inCart),
      h("h3", {}, title),
      h("details", { class: "about" }, h("summary", { title: "Read it all" }, description ?? "")),
      h("div", { class: "buy" },
        h("span", { class: "price" }, money(price)),
        h("button", { type: "button", "data-testid": `add-${sku}`, "aria-label": `Add to cart: ${title}`, onclick: add }, "Add")));
  }

  function showQuantities() {
    for (const [sku, badge] of cards) {
      const qty = app.state.cart.get(sku)?.qty ?? 0;
      badge.hidden = qty < 1;
      say(badge, `${qty} in cart`);
    }
  }

  app.state.cart.subscribe(showQuantities);
  app.session.subscribe(() => failed && load());
  await load();
}
