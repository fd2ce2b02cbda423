import { map, open } from "holdall";
import { holdall } from "holdall/vue";
import { createApp } from "vue";
import Cart from "./Cart.vue";

const shop = await open({
  name: "shop",
  state: { cart: map() },
  auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
  requests: [{ match: "POST /api/order", token: "required", send: { cart: "body" } }],
});

createApp(Cart).use(holdall(shop)).mount("main");
