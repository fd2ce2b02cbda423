// Changes that show how many there were: any state but those between two of them is a loss.

/** How many lines are there at a time. */
const LINES = 10;

/** Change `number` counts, adds a line of that number, and removes the line that then is one too many. */
export function numbered({ state, transaction }, tab) {
  const { counts, lines } = state;
  return {
    change: (number) =>
      transaction(() => {
        counts.increment(tab, "n", 1, { n: 0 });
        counts.increment("all", "n", 1, { n: 0 });
        lines.set(`${tab}-${number}`, { number });
        lines.delete(`${tab}-${number - LINES}`);
      }),
  };
}
