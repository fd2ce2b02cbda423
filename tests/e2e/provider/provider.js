// A certified OpenID provider on loopback: refresh tokens rotate, and one that comes back ends its grant.
import { createServer } from "node:http";
import { once } from "node:events";
import Provider from "oidc-provider";

const CLIENT = "shop";

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT,
      application_type: "native",
      token_endpoint_auth_method: "none",
      redirect_uris: ["http://127.0.0.1/callback"],
      grant_types: ["authorization_code", "refresh_token"],
    },
  ],
  clientBasedCORS: () => true,
  rotateRefreshToken: true,
  features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
  ttl: { AccessToken: 300, IdToken: 300, RefreshToken: 86_400, Grant: 86_400 },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
});

/** What has happened, and the refresh tokens that were given away. */
const counts = { granted: 0, refused: 0, revoked: 0 };
provider.on("grant.success", () => counts.granted++);
provider.on("grant.error", () => counts.refused++);
provider.on("grant.revoked", () => counts.revoked++);

/** As a sign-in would, without its pages: a grant of the user, and its first refresh token. */
async function signIn(accountId) {
  const client = await provider.Client.find(CLIENT);
  const scope = "openid offline_access";
  const grant = new provider.Grant({ accountId, clientId: CLIENT });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const token = new provider.RefreshToken({ accountId, client, grantId, scope, gty: "authorization_code", rotations: 0 });
  return token.save();
}

const callback = provider.callback();
server.on("request", async (request, response) => {
  const answer = (body) =>
    response.setHeader("access-control-allow-origin", "*").setHeader("content-type", "application/json").end(JSON.stringify(body));
  if (request.url === "/counts") answer(counts);
  else if (request.url === "/sign-in") answer(await signIn("ada"));
  else callback(request, response);
});
console.log(`listening on ${issuer}`);
