import { Cart } from "./cart";

// A server component around a client component.
export default function Page() {
  return (
    <main>
      <h1>Shop</h1>
      <Cart />
    </main>
  );
}
