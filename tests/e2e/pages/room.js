// Storage with little room, and writes that the browser first accepts and then drops for the want of it.

/** Takes two bytes however Chromium counts: its tabs count all characters so, its storage process only some. */
export const WIDE = "€";

/** What takes the room: this, with a number. */
const FILLER = "filler-";
const PIECE = 2 ** 18;

/** Takes all room but for so many characters. */
export function fill(spare) {
  let number = Object.keys(localStorage).length;
  let size = PIECE;
  while (size >= 1) {
    try {
      localStorage.setItem(`${FILLER}${number}`, WIDE.repeat(size));
      number++;
    } catch {
      size = Math.floor(size / 2);
    }
  }
  // What is to be spared may be several pieces.
  for (const key of fillers().reverse()) {
    const { length } = localStorage.getItem(key);
    localStorage.removeItem(key);
    if (length <= spare) {
      spare -= length;
    } else {
      localStorage.setItem(key, WIDE.repeat(length - spare));
      return;
    }
  }
}

/** What takes the room, as far as this tab knows. */
export function filled() {
  return fillers().map((key) => localStorage.getItem(key).length);
}

export function makeRoom() {
  for (const key of fillers()) localStorage.removeItem(key);
}

function fillers() {
  const number = (key) => Number(key.slice(FILLER.length));
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(FILLER));
  return keys.sort((one, other) => number(one) - number(other));
}

const channel = new BroadcastChannel("room");
channel.onmessage = () => fill(0);

/**
 * Has the other tabs take all room, and this one hear nothing of it until its present task ends. What it stores in this task is
 * accepted therefore, even if there is no room for it.
 */
export function loseRoom() {
  channel.postMessage(0);
  // Longer than they need on a busy machine.
  const end = performance.now() + 6_000;
  while (performance.now() < end) {
    // The others' writes are told to this tab between its tasks.
  }
}
