import { counted, onServer, place, shop, type Slices } from "./dom.js";
import * as assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createApp, createSSRApp, defineComponent, h, nextTick, onUpdated, reactive, ref } from "vue";
import { renderToString } from "vue/server-renderer";
import type { App } from "../src/client.js";
import { holdall, useApp, useEntry, useSession, useSlice } from "../src/vue.js";

const updated: string[] = [];

const Line = defineComponent({
  props: { sku: { type: String, required: true } },
  setup({ sku }) {
    const line = useEntry(useApp<App<Slices>>().state.cart, sku);
    onUpdated(() => void updated.push(sku));
    return () => h("p", `${line.value?.qty}`);
  },
});

const Page = defineComponent({
  setup() {
    const { cart, filters, blocked } = useApp<App<Slices>>().state;
    const [size, inStock, isBlocked] = [useSlice(cart, ({ size }) => size), useEntry(filters, "inStock"), useEntry(blocked, "mallory")];
    const session = useSession();
    return () => h("p", `${size.value},${inStock.value},${isBlocked.value},${session.value.status}`);
  },
});

describe("holdall/vue", () => {
  test("renders only what reads what has changed, until it is unmounted", async () => {
    const app = shop();
    const { slice: cart, count } = counted(app.state.cart);
    const element = place();
    const root = createApp({ render: () => [h(Line, { sku: "lamp" }), h(Line, { sku: "mug" }), h(Page)] });
    root.use(holdall({ ...app, state: { ...app.state, cart } })).mount(element);
    assert.equal(element.textContent, "122,true,false,signed-out");
    app.state.cart.increment("lamp", "qty", 1);
    app.state.blocked.add("mallory");
    app.session.signIn({ access_token: "t", token_type: "Bearer" });
    await nextTick();
    assert.equal(element.textContent, "222,true,true,signed-in");
    assert.deepEqual(updated, ["lamp"]);
    assert.equal(count(), 3);
    root.unmount();
    assert.equal(count(), 0);
  });

  test("puts what goes into a ref", () => {
    const app = shop();
    const { filters, blocked, cart } = app.state;
    const sku = ref("lamp");
    const [text, isBlocked, line] = [useEntry(filters, "text"), useEntry(blocked, "mallory"), useEntry(cart, sku)];
    text.value = "a";
    isBlocked.value = true;
    assert.deepEqual([filters.get("text"), text.value, blocked.has("mallory"), isBlocked.value], ["a", "a", true, true]);
    isBlocked.value = false;
    sku.value = "mug";
    line.value = undefined;
    assert.deepEqual([[...cart.snapshot().keys()], line.value, blocked.size], [["lamp"], undefined, 0]);
  });

  test("tells what isn't equal", async () => {
    const app = shop();
    const root = createApp({
      setup() {
        const titles = useSlice(
          app.state.cart,
          (lines) => [...lines.values()].map(({ title }) => title),
          (a, b) => a.join() === b.join(),
        );
        onUpdated(() => void updated.push("titles"));
        return () => titles.value.join();
      },
    });
    const element = place();
    root.mount(element);
    updated.length = 0;
    app.state.cart.increment("lamp", "qty", 1);
    await nextTick();
    assert.deepEqual([element.textContent, updated], ["Lamp,Mug", []]);
    app.state.cart.delete("mug");
    await nextTick();
    assert.deepEqual([element.textContent, updated], ["Lamp", ["titles"]]);
  });

  test("follows a key and a selector that change", async () => {
    const app = shop();
    const { slice: cart, count } = counted(app.state.cart);
    const sku = ref("lamp");
    const Product = defineComponent({
      props: { sku: { type: String, required: true } },
      setup(props) {
        const line = useEntry(cart, () => props.sku);
        const title = useSlice(cart, (lines) => lines.get(props.sku)?.title);
        const [member, byRef] = [useEntry(app.state.blocked, sku), useEntry(cart, sku)];
        return () => h("p", [line.value?.title, title.value, member.value, byRef.value?.title].join());
      },
    });
    const element = place();
    const root = createApp({ render: () => h(Product, { sku: sku.value }) });
    root.mount(element);
    assert.equal(element.textContent, "Lamp,Lamp,false,Lamp");
    sku.value = "mug";
    await nextTick();
    assert.equal(element.textContent, "Mug,Mug,false,Mug");
    app.state.cart.patch("mug", { title: "Cup" });
    app.state.blocked.add("mug");
    await nextTick();
    assert.equal(element.textContent, "Cup,Cup,true,Cup");
    assert.equal(count(), 3);
    root.unmount();
    assert.equal(count(), 0);
  });

  test("shows what there is at once in a component that is shown again", async () => {
    const app = shop();
    const first: number[] = [];
    const Badge = defineComponent(() => {
      const size = useSlice(app.state.cart, ({ size }) => size);
      first.push(size.value);
      return () => h("p", size.value);
    });
    const badge = h(Badge);
    const shown = ref(true);
    createApp({ render: () => h("div", [shown.value ? badge : undefined]) }).mount(place());
    for (const is of [false, true]) {
      shown.value = is;
      await nextTick();
    }
    assert.deepEqual(first, [2, 2]);
  });

  test("leaves snapshots as they are in ref, reactive and data", () => {
    const { cart, blocked } = shop().state;
    blocked.add("mallory");
    const snapshot = cart.snapshot();
    const read = (lines: typeof snapshot) => [lines.size, lines.get("lamp")?.title, [...lines.keys()].join()];
    assert.equal(ref(snapshot).value, snapshot);
    assert.deepEqual(read(ref(snapshot).value), [2, "Lamp", "lamp,mug"]);
    assert.deepEqual(read(reactive({ lines: cart.initial() }).lines), [0, undefined, ""]);
    const { members } = reactive({ members: blocked.snapshot() });
    assert.deepEqual([members.has("mallory"), [...members]], [true, ["mallory"]]);
    const component = defineComponent({
      data: () => ({ lines: cart.snapshot() }),
      render() {
        return h("p", read(this.lines).join());
      },
    });
    const element = place();
    createApp(component).mount(element);
    assert.equal(element.textContent, "2,Lamp,lamp,mug");
    // The next one takes over the entries of this one, which is frozen.
    cart.set("pen", { title: "Pen", qty: 1 });
    assert.deepEqual([cart.snapshot().size, ...read(snapshot)], [3, 2, "Lamp", "lamp,mug"]);
  });

  test("takes over a server's HTML without a mismatch, and then shows what is stored", async () => {
    const app = shop();
    const root = () => createSSRApp(Page).use(holdall(app));
    const html = await onServer(() => renderToString(root()));
    assert.equal(html, "<p>0,true,false,restoring</p>");
    const { warn, error } = console;
    const said: unknown[] = [];
    console.warn = console.error = (...words: unknown[]) => void said.push(words.join(" "));
    const element = place(html);
    root().mount(element);
    assert.equal(element.textContent, "0,true,false,restoring");
    await nextTick();
    Object.assign(console, { warn, error });
    assert.deepEqual(said, []);
    assert.equal(element.textContent, "2,true,false,signed-out");
  });
});
