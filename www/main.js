// Starts the page: opens the client, then hands it to each part.

import { startAccount } from "./account.js";
import { startBurst } from "./burst.js";
import { startCart } from "./cart.js";
import { byId, trouble } from "./dom.js";
import { startInbox } from "./inbox.js";
import { startLog } from "./log.js";
import { startMeters } from "./meters.js";
import { startNotices } from "./notices.js";
import { startOrders } from "./orders.js";
import { startSheet } from "./sheet.js";
import { startShop } from "./shop.js";

startSheet();

try {
  const { openShop } = await import("./app.js"); // so that a missing package is told, too
  const app = await openShop();
  startLog(app); // before anything asks for anything, so that it sees every request
  startNotices(app);
  const meters = startMeters(app);
  const orders = startOrders(app);
  const account = startAccount(app, { onTokens: meters.received });
  startCart(app, { signIn: account.ask, onOrder: orders.reload });
  startInbox(app);
  delete byId("main").dataset.opening;
  startBurst(app);
  await startShop(app);
} catch (error) {
  trouble(byId("shop-trouble"), `The shop couldn't open: ${error?.message ?? error}`);
  byId("products").replaceChildren();
  byId("messages").replaceChildren();
}
