// axios with axios-auth-refresh.
import axios from "axios";
import { createAuthRefresh } from "axios-auth-refresh";
import { accessToken, keep } from "./tokens.js";

export async function open({ cart, signIn }) {
  if (signIn) keep(await signIn());
  const api = axios.create();
  api.interceptors.request.use((request) => {
    request.headers.Authorization = `Bearer ${accessToken()}`;
    return request;
  });
  const refresh = async (failed) => {
    const { data } = await axios.post("/auth/refresh", null, { headers: { "holdall-csrf": "1" } });
    keep(data);
    failed.response.config.headers.Authorization = `Bearer ${accessToken()}`;
  };
  // By default it rejects all requests that were under way when the first 401 came.
  createAuthRefresh(api, refresh, { deduplicateRefresh: false });
  const answer = async (response) => ({ status: (await response).status, text: async () => "" });
  return {
    get: (path) => answer(api.get(path)),
    post: (path) => answer(api.post(path, { cart })),
    ready: () => accessToken() !== undefined,
    held: () => JSON.stringify({ cart }),
  };
}
