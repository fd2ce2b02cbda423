// The physical limit of a change: `setItem` of a record like holdall's, with nothing around it.

/** What it stores is stored when the call returns. */
export const synchronous = true;

export async function open() {
  // What holdall has stored lies around it; one of its records is what is written.
  const { key, value } = JSON.parse(localStorage.getItem("sample"));
  let number = 0;
  const write = () => localStorage.setItem(`${key}${number++}`, value);
  return {
    change: write,
    add: write,
    fill: () => {},
    read: () => value,
    snapshot: () => value,
    count: () => number,
    subscribe: () => {},
  };
}
