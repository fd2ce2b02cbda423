// The inbox. The server filters it by what each request carries: the blocked senders and the filters.

import { byId, debounce, h, reconcile, say, trouble } from "./dom.js";
import { answer, count, ended, explain, moment } from "./words.js";

const TYPING_PAUSE = 200; // ms without a keystroke before the server is asked

/** Shows the inbox, its filters and the blocked senders. */
export function startInbox(app) {
  const { blocked, filters } = app.state;
  const list = byId("messages");
  const text = byId("filter-text");
  const unread = byId("filter-unread");
  let latest; // the request whose answer counts, and who it was for
  let shownFor;

  async function load() {
    const mine = (latest = { who: who() });
    list.setAttribute("aria-busy", "true");
    const [box, error] = await ask(app);
    if (mine !== latest) return; // a newer request has taken over
    latest = undefined;
    list.setAttribute("aria-busy", "false");
    if (box) {
      shownFor = mine.who !== "?" ? mine.who : box.for ? who() : "guest";
      show(box);
      onSession();
    } else if (ended(error) && mine.who !== who()) load(); // signing out took the request with it
    else showTrouble(error);
  }

  // A request that began while the session was being restored usually waits for it, and needs no second one then.
  function onSession() {
    if (who() !== "?" && latest?.who !== "?" && (latest?.who ?? shownFor) !== who()) load();
  }

  function who() {
    const { status, user } = app.session;
    if (status === "restoring") return "?";
    return status === "signed-in" ? `user ${user?.sub ?? ""}` : "guest";
  }

  function show({ for: name, messages }) {
    trouble(byId("inbox-trouble"));
    say(byId("inbox-for"), name ? `for ${name}` : "public messages; sign in for yours");
    const fresh = messages.filter((message) => message.unread).length;
    say(byId("top-unread"), String(fresh));
    byId("top-unread").classList.toggle("away", fresh === 0);
    reconcile(list, messages, { key: (message) => message.id, create: row, update: fill });
    if (messages.length === 0) list.append(h("li", { class: "message none" }, nothing()));
    say(byId("inbox-status"), `${count(messages.length, "message")} shown`);
  }

  function row({ id, from, fromName, subject, body, at }) {
    return h("li", { class: "message", "data-testid": `message-${id}`, "data-from": from },
      h("span", { class: `avatar tone-${tone(from)}`, "aria-hidden": "true" }, (fromName ?? from).slice(0, 1).toUpperCase()),
      h("div", { class: "message-text" },
        h("p", { class: "message-top" }, h("strong", {}, fromName ?? from), h("span", { class: "new", hidden: true }, "new"), h("time", {}, moment(at))),
        h("h3", {}, subject),
        h("p", {}, body)),
      h("button", { type: "button", class: "quiet-button", "data-testid": `block-${from}`, "aria-label": `Block ${fromName ?? from}`, onclick: () => block(from) }, "Block"));
  }

  function fill(element, message) {
    element.querySelector(".new").hidden = !message.unread;
    element.classList.remove("leaving");
  }

  function nothing() {
    const { text, unread } = filters.snapshot();
    if (text || unread) return "No message fits the filters.";
    return blocked.size ? "Nothing here but what you blocked." : "No messages. Enjoy the quiet.";
  }

  function block(sender) {
    blocked.add(sender);
    const undo = byId("blocked-list").querySelector(`[data-testid="unblock-${CSS.escape(sender)}"]`);
    undo?.focus({ preventScroll: true }); // the pressed button is about to go
  }

  function showBlocked() {
    const senders = [...blocked.snapshot()];
    reconcile(byId("blocked-list"), senders, {
      key: (sender) => sender,
      create: (sender) => h("li", {},
        h("button", { type: "button", class: "chip", "data-testid": `unblock-${sender}`, "aria-label": `Unblock ${sender}`, onclick: () => unblock(sender) },
          sender, h("span", { "aria-hidden": "true" }, " ×"))),
      update: () => {},
    });
    byId("blocked-none").hidden = senders.length > 0;
    for (const message of list.children) message.classList.toggle("leaving", senders.includes(message.dataset.from));
  }

  function unblock(sender) {
    blocked.delete(sender);
    (byId("blocked-list").querySelector("button") ?? byId("inbox")).focus({ preventScroll: true });
  }

  function showFilters() {
    const now = filters.snapshot();
    if (text.value !== now.text) text.value = now.text;
    unread.checked = now.unread;
  }

  function showTrouble(error) {
    trouble(byId("inbox-trouble"), explain(error));
    byId("inbox-trouble").append(" ", h("button", { type: "button", onclick: load }, "Try again"));
    for (const ghost of list.querySelectorAll(".ghost")) ghost.remove();
  }

  const loadSoon = debounce(load, TYPING_PAUSE);
  text.addEventListener("input", () => filters.patch({ text: text.value }));
  unread.addEventListener("change", () => filters.patch({ unread: unread.checked }));
  filters.subscribe(() => {
    showFilters();
    loadSoon();
  });
  blocked.subscribe(() => {
    showBlocked();
    load();
  });
  app.session.subscribe(onSession);

  showFilters();
  showBlocked();
  byId("tools").disabled = false;
  load();
}

async function ask(app) {
  try {
    return [await answer(await app.fetch("/api/messages"))];
  } catch (error) {
    return [undefined, error];
  }
}

// The same sender always has the same colour.
const tone = (sender) => [...sender].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 5;
