import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { HoldallProvider, useApp, useEntry, useSession } from "holdall/react";
import { shop } from "./shop";

function Cart() {
  const { state, session, fetch } = useApp<typeof shop>();
  const note = useEntry(state.note, "text");
  const lamp = useEntry(state.cart, "lamp");
  const { status } = useSession();
  const [answer, setAnswer] = useState("");
  const signIn = async () => session.signIn(await (await window.fetch("/auth/sign-in", { method: "POST" })).json());
  const send = async () => setAnswer(await (await fetch("/api/order", { method: "POST" })).text());
  return (
    <>
      <p id="qty">{lamp?.qty ?? 0}</p>
      <p id="status">{status}</p>
      <button id="add" onClick={() => state.cart.increment("lamp", "qty", 1, { qty: 0 })}>Add</button>
      <button id="sign-in" onClick={signIn}>Sign in</button>
      <button id="send" onClick={send}>Order</button>
      <input id="note" value={note} onChange={({ target }) => state.note.patch({ text: target.value })} />
      <p id="answer">{answer}</p>
    </>
  );
}

createRoot(document.querySelector("main")!).render(
  <StrictMode>
    <HoldallProvider app={shop} fallback={<p>…</p>}>
      <Cart />
    </HoldallProvider>
  </StrictMode>,
);
