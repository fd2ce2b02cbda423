// Where the stacks without a session of their own keep the token: in this page, told by and to the others.

const channel = new BroadcastChannel("tokens");
let token;
channel.onmessage = ({ data }) => {
  token = data;
};

export const accessToken = () => token;

export function keep({ access_token }) {
  token = access_token;
  channel.postMessage(token);
}

/** One call for all that ask meanwhile, in this page: a line more than the documentations have. */
export function once(action) {
  let running;
  return () => (running ??= action().finally(() => (running = undefined)));
}
