// Increments, puts and removes of keys that all tabs share, and of keys that are one tab's alone.

/** What is `expected`: how much this tab has added to each counter, and what its own keys hold now. */
export function mixed({ state, transaction }, tab) {
  const { counts, lines, members } = state;
  const random = randomFrom(tab);
  const pick = (count) => Math.floor(random() * count);
  const expected = { added: {}, lines: {}, members: {} };

  function add(counter, by) {
    counts.increment(counter, "n", by, { n: 0 });
    expected.added[counter] = (expected.added[counter] ?? 0) + by;
  }

  function putOrRemove(key, number) {
    const action = pick(4);
    if (action === 0) lines.delete(key);
    else if (action === 1 && lines.has(key)) lines.patch(key, { patched: number });
    else lines.set(key, { by: tab, number });
  }

  function addOrDelete(member) {
    if (pick(3) === 0) members.delete(member);
    else members.add(member);
  }

  const increment = () => add(`counter-${pick(8)}`, 1 + pick(3));
  const both = () =>
    transaction(() => {
      const by = 1 + pick(3);
      add("left", by);
      add("right", by);
    });
  const own = (number) => {
    const key = `${tab}-${pick(8)}`;
    putOrRemove(key, number);
    expected.lines[key] = lines.get(key) ?? null;
  };
  const shared = (number) => putOrRemove(`shared-${pick(8)}`, number);
  const ownMember = () => {
    const member = `${tab}-${pick(8)}`;
    addOrDelete(member);
    expected.members[member] = members.has(member);
  };
  const sharedMember = () => addOrDelete(`shared-${pick(4)}`);

  const kinds = [increment, increment, increment, both, own, own, shared, shared, ownMember, sharedMember];
  return { change: (number) => kinds[pick(kinds.length)](number), expected: () => expected };
}

/** Numbers from 0 to 1, the same each time for the same text. */
function randomFrom(text) {
  let seed = [...text].reduce((sum, character) => sum * 31 + character.codePointAt(0), 7) >>> 0;
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}
