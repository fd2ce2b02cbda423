// auth0-spa-js with rotating refresh tokens, in localStorage so that all tabs have them.
import { Auth0Client } from "@auth0/auth0-spa-js";

export async function open({ cart, signIn }) {
  const auth0 = new Auth0Client({
    domain: location.origin,
    clientId: "shop",
    useRefreshTokens: true,
    cacheLocation: "localstorage",
    authorizationParams: { redirect_uri: location.origin },
  });
  if (signIn) {
    // As the redirect would, without the sign-in's pages: our server takes the nonce for the code.
    let asked;
    await auth0.loginWithRedirect({ openUrl: (url) => void (asked = new URL(url).searchParams) });
    const back = new URLSearchParams({ code: asked.get("nonce"), state: asked.get("state") });
    await auth0.handleRedirectCallback(`${location.origin}/?${back}`);
  }
  const send = async (path, init) => {
    const token = await auth0.getTokenSilently();
    return fetch(path, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${token}` } });
  };
  const headers = { "Content-Type": "application/json" };
  return {
    get: (path) => send(path),
    post: (path) => send(path, { method: "POST", headers, body: JSON.stringify({ cart }) }),
    ready: () => Object.keys(localStorage).some((key) => key.startsWith("@@auth0spajs@@")),
    held: () => JSON.stringify({ cart }),
  };
}
