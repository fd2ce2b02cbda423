import { map, openSync } from "/node_modules/holdall/inline.js";

const $ = (id) => document.getElementById(id);

const shop = openSync({
  name: "shop",
  state: { cart: map() },
  auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
  requests: [{ match: "POST /api/order", token: "required", send: { cart: "body" } }],
});
const { cart } = shop.state;

const render = () => {
  $("qty").textContent = cart.get("lamp")?.qty ?? 0;
  $("status").textContent = shop.session.status;
};
cart.subscribe(render);
shop.session.subscribe(render);
render();

$("add").onclick = () => cart.increment("lamp", "qty", 1, { qty: 0 });
$("sign-in").onclick = async () => shop.session.signIn(await (await fetch("/auth/sign-in", { method: "POST" })).json());
$("send").onclick = async () => ($("answer").textContent = await (await shop.fetch("/api/order", { method: "POST" })).text());
