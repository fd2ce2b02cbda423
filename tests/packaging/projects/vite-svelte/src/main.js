import { map, open } from "holdall";
import { mount } from "svelte";
import Cart from "./Cart.svelte";

const shop = await open({
  name: "shop",
  state: { cart: map() },
  auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
  requests: [{ match: "POST /api/order", token: "required", send: { cart: "body" } }],
});

mount(Cart, { target: document.querySelector("main"), props: { shop } });
