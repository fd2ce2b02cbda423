// oidc-client-ts with a refresh token, in localStorage so that all tabs have it.
import { User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { once } from "./tokens.js";

export async function open({ cart, signIn }) {
  const manager = new UserManager({
    authority: location.origin,
    client_id: "shop",
    redirect_uri: location.origin,
    scope: "openid offline_access",
    userStore: new WebStorageStateStore({ store: localStorage }),
    // Its timer would renew at some other time than the one that is measured.
    automaticSilentRenew: false,
    metadata: { issuer: location.origin, token_endpoint: `${location.origin}/oauth/token` },
  });
  if (signIn) {
    const { expires_in, ...response } = await signIn("refresh_token");
    const expires_at = Math.floor(Date.now() / 1000) + expires_in;
    await manager.storeUser(new User({ ...response, expires_at, profile: { sub: "ada" } }));
  }
  const renew = once(() => manager.signinSilent());
  const send = async (path, init) => {
    let user = await manager.getUser();
    if (user.expired) user = await renew();
    return fetch(path, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${user.access_token}` } });
  };
  const headers = { "Content-Type": "application/json" };
  return {
    get: (path) => send(path),
    post: (path) => send(path, { method: "POST", headers, body: JSON.stringify({ cart }) }),
    ready: () => Object.keys(localStorage).some((key) => key.startsWith("oidc.user:")),
    held: () => JSON.stringify({ cart }),
  };
}
