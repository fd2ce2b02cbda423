"use client";
import { map, open } from "holdall";
import { HoldallProvider } from "holdall/react";
import type { ReactNode } from "react";

export const shop = open({
  name: "shop",
  state: { cart: map<{ qty: number }>() },
  auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out" },
  requests: [{ match: "POST /api/order", token: "required", send: { cart: "body" } }],
});

export function Shop({ children }: { children: ReactNode }) {
  return <HoldallProvider app={shop}>{children}</HoldallProvider>;
}
