import { counted, onServer, place, shop, type Slices } from "./dom.js";
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { act, Component, createElement as h, StrictMode, startTransition, useState, type ReactNode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import type { App } from "../src/client.js";
import { HoldallProvider, useApp, useEntry, useSession, useSlice } from "../src/react.js";
import { collectGarbage } from "./garbage.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** Renders, and gives what was rendered and how to end it. */
async function render(app: App<Slices> | Promise<App<Slices>>, ...children: ReactNode[]) {
  const element = place();
  const root = createRoot(element);
  await act(async () => {
    root.render(h(StrictMode, null, h(HoldallProvider, { app, fallback: "loading" }, ...children)));
  });
  return { element, end: () => act(async () => root.unmount()) };
}

const useShop = () => useApp<App<Slices>>().state;

/** Counts what React has rendered, twice each in strict mode. */
const renders: Record<string, number> = {};
const count = (name: string): void => void (renders[name] = (renders[name] ?? 0) + 1);

function Line({ sku }: { sku: string }): ReactNode {
  count(sku);
  return h("p", null, `${useEntry(useShop().cart, sku)?.qty}`);
}

function Titles(): ReactNode {
  count("titles");
  const { cart } = useShop();
  // A selector and an array of its own at every render.
  const titles = useSlice(
    cart,
    (lines) => [...lines.values()].map(({ title }) => title),
    (a, b) => a.join() === b.join(),
  );
  return h("p", null, titles.join());
}

function Total(): ReactNode {
  count("total");
  return h("p", null, useSlice(useShop().cart, (lines) => [...lines.values()].reduce((sum, { qty }) => sum + qty, 0)));
}

describe("holdall/react", () => {
  test("renders only what reads what has changed, among transitions too", async () => {
    const app = shop();
    const { element, end } = await render(app, h(Line, { sku: "lamp" }), h(Line, { sku: "mug" }), h(Titles), h(Total));
    assert.equal(element.textContent, "12Lamp,Mug3");
    for (const name of Object.keys(renders)) renders[name] = 0;
    await act(async () => {
      startTransition(() => app.state.cart.increment("lamp", "qty", 1));
      app.state.cart.increment("lamp", "qty", 1);
    });
    assert.equal(element.textContent, "32Lamp,Mug5");
    assert.deepEqual([renders["mug"], renders["titles"]], [0, 0]);
    assert.ok((renders["lamp"] ?? 0) >= 2 && (renders["total"] ?? 0) >= 2);
    await act(async () => app.state.filters.patch({ inStock: false }));
    await act(async () => app.state.cart.delete("mug"));
    assert.equal(element.textContent, "3undefinedLamp3");
    await end();
  });

  test("never shows two versions of one thing side by side", async () => {
    const app = shop();
    const seen = new Set<string>();
    let again = (_: number): void => {};
    function Both(): ReactNode {
      const [round, setRound] = useState(0);
      again = setRound;
      return [h(Line, { key: "a", sku: "lamp" }), h(Line, { key: "b", sku: "lamp" }), round];
    }
    const { element, end } = await render(app, h(Both));
    for (let round = 1; round <= 50; round++) {
      await act(async () => {
        startTransition(() => again(round));
        app.state.cart.increment("lamp", "qty", 1);
        seen.add(element.textContent ?? "");
      });
      const [first, second] = [...element.querySelectorAll("p")].map(({ textContent }) => textContent);
      assert.equal(first, second);
    }
    assert.equal(element.textContent, "515150");
    assert.ok(seen.size > 1);
    await end();
  });

  test("keeps the caret of a controlled input", async () => {
    const app = shop();
    app.state.filters.patch({ text: "lmp" });
    function Search(): ReactNode {
      const { filters } = useShop();
      const text = useEntry(filters, "text");
      return h("input", { value: text, onChange: ({ target }) => filters.patch({ text: target.value }) });
    }
    const { element, end } = await render(app, h(Search));
    const input = element.querySelector("input");
    assert.ok(input);
    await act(async () => {
      // What typing does: the browser changes value and caret, and then tells.
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value") ?? {};
      set?.call(input, "lamp");
      input.setSelectionRange(2, 2);
      input.dispatchEvent(new window.Event("input", { bubbles: true }));
    });
    assert.deepEqual([app.state.filters.get("text"), input.value, input.selectionStart], ["lamp", "lamp", 2]);
    await end();
  });

  test("leaves no listener and no closure behind after 1,000 mounts", async () => {
    const app = shop();
    const { slice: cart, count } = counted(app.state.cart);
    const closures: WeakRef<object>[] = [];
    function Counted(): ReactNode {
      const select = (lines: ReadonlyMap<string, unknown>): number => lines.size;
      closures.push(new WeakRef(select));
      return h("p", null, useSlice(cart, select), useEntry(cart, "lamp")?.qty);
    }
    let most = 0;
    for (let round = 0; round < 1000; round++) {
      const { end } = await render(app, h(Counted));
      most = Math.max(most, count());
      await end();
    }
    assert.deepEqual([most, count()], [2, 0]);
    document.body.textContent = "";
    // React keeps what it has rendered last.
    await (await render(app)).end();
    await new Promise((resolve) => setTimeout(resolve));
    collectGarbage();
    const alive = closures.filter((closure) => closure.deref()).length;
    assert.ok(closures.length >= 2000 && alive < 10, `${alive} of ${closures.length} closures are left`);
  });

  test("waits for the state in Suspense", async () => {
    const app = shop();
    let opened = (_: App<Slices>): void => {};
    const { element, end } = await render(new Promise<App<Slices>>((resolve) => (opened = resolve)), h(Total));
    assert.equal(element.textContent, "loading");
    await act(async () => opened(app));
    assert.equal(element.querySelector("p")?.textContent, "3");
    await end();
  });

  test("throws what open rejects with, for an error boundary", async () => {
    const caught: unknown[] = [];
    class Boundary extends Component<{ children?: ReactNode }> {
      override state = { failed: false };
      static getDerivedStateFromError(): object {
        return { failed: true };
      }
      override componentDidCatch(error: unknown): void {
        caught.push((error as Error).message);
      }
      override render(): ReactNode {
        return this.state.failed ? "failed" : this.props.children;
      }
    }
    const element = place();
    const root = createRoot(element, { onCaughtError: () => {} });
    const app = Promise.reject<App<Slices>>(new Error("no wasm"));
    await act(async () => root.render(h(Boundary, null, h(HoldallProvider, { app }, h(Total)))));
    assert.deepEqual([element.textContent, caught], ["failed", ["no wasm"]]);
    await act(async () => root.unmount());
  });

  test("takes over a server's HTML without a mismatch, and then shows what is stored", async () => {
    const app = shop();
    app.session.signIn({ access_token: "t", token_type: "Bearer" }, { user: { sub: "ada", name: "Ada" } });
    const shown: string[] = [];
    function Page(): ReactNode {
      const { cart, filters, blocked } = useShop();
      const { status, user } = useSession();
      const text = [useSlice(cart).size, useEntry(cart, "lamp")?.qty, useEntry(filters, "inStock"), useEntry(blocked, "mallory"), status, user?.name];
      shown.push(text.join());
      return h("p", null, text.join());
    }
    app.state.blocked.add("mallory");
    app.state.filters.patch({ inStock: false });
    const tree = h(HoldallProvider, { app }, h(Page));
    const html = await onServer(() => renderToString(tree));
    assert.match(html, />0,,true,false,restoring,</);
    shown.length = 0;
    const errors: unknown[] = [];
    const element = place(html);
    await act(async () => void hydrateRoot(element, tree, { onRecoverableError: (error) => errors.push(error) }));
    assert.deepEqual(errors, []);
    assert.equal(shown[0], "0,,true,false,restoring,");
    assert.equal(element.textContent, "2,1,false,true,signed-in,Ada");
  });

  test("tells who signs in and out, and says that there is no provider", async () => {
    const app = shop();
    function Greeting(): ReactNode {
      const { status, user } = useSession();
      return h("p", null, status, user?.name);
    }
    const { element, end } = await render(app, h(Greeting));
    assert.equal(element.textContent, "signed-out");
    await act(async () => app.session.signIn({ access_token: "t", token_type: "Bearer" }, { user: { name: "Ada" } }));
    assert.equal(element.textContent, "signed-inAda");
    await act(async () => app.session.signOut().catch(() => {}));
    assert.equal(element.textContent, "signed-out");
    await end();
    assert.throws(() => renderToString(h(Greeting)), /no HoldallProvider/);
  });
});
