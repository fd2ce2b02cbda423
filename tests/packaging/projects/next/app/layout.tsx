import type { ReactNode } from "react";
import { Shop } from "./shop";

export const metadata = { title: "Shop", icons: { icon: "data:," } };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Shop>{children}</Shop>
      </body>
    </html>
  );
}
