import { map, object, open } from "holdall";

interface Line {
  qty: number;
}

export const shop = open({
  name: "shop",
  state: { cart: map<Line>(), note: object({ initial: { text: "" } }) },
  auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
  requests: [{ match: "POST /api/order", token: "required", send: { cart: "body" } }],
});
