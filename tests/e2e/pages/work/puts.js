// Puts alone, each of one line.

/** What is `expected`: what this tab's lines hold now. */
export function puts({ state }, tab) {
  const lines = {};
  return {
    change(number) {
      const key = `${tab}-${number % 8}`;
      lines[key] = { number };
      state.lines.set(key, lines[key]);
    },
    expected: () => ({ added: {}, lines, members: {} }),
  };
}
