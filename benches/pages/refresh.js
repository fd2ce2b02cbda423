// Many tabs whose token has expired, with many requests each.

const tabs = new BroadcastChannel("bench");
let client;

async function signIn(kind) {
  return (await fetch(`/auth/sign-in?seconds=2&kind=${kind ?? "cookie"}`, { method: "POST" })).json();
}

async function burst(count) {
  const statuses = Array.from({ length: count }, async (_, number) => {
    const response = await client.get(`/api/strict/${number}`);
    await response.text();
    return response.status;
  });
  const ended = await Promise.allSettled(statuses);
  window.answered = ended.filter(({ value }) => value === 200).length;
}

tabs.onmessage = ({ data }) => void burst(data);

export const bench = {
  async open(contender, signsIn) {
    const { open } = await import(`/contenders/auth/${contender}.js`);
    client = await open({ cart: {}, signIn: signsIn ? signIn : undefined });
  },

  async ready() {
    return client.ready();
  },

  /** Here and in all other tabs. */
  async everybody(count) {
    tabs.postMessage(count);
    await burst(count);
  },
};
