// ky, with a token for each request and a refresh before the retry, as its documentation has it.
import ky from "ky";
import { accessToken, keep, once } from "./tokens.js";

const refresh = once(async () => keep(await ky.post("/auth/refresh", { headers: { "holdall-csrf": "1" } }).json()));

export async function open({ cart, signIn }) {
  if (signIn) keep(await signIn());
  const bear = ({ request }) => request.headers.set("Authorization", `Bearer ${accessToken()}`);
  const api = ky.create({
    retry: { statusCodes: [401], methods: ["get", "post"], delay: () => 0 },
    hooks: {
      beforeRequest: [bear],
      beforeRetry: [
        async ({ request }) => {
          await refresh();
          bear({ request });
        },
      ],
    },
  });
  return {
    get: (path) => api.get(path),
    post: (path) => api.post(path, { json: { cart } }),
    ready: () => accessToken() !== undefined,
    held: () => JSON.stringify({ cart }),
  };
}
