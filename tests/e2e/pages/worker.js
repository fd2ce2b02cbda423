// A tab that changes state, and says what it has done and what it sees.

import { map, open, set } from "/holdall/index.js";
import { WIDE, fill, filled, loseRoom, makeRoom } from "./room.js";
import { beforeWriting, isDropped, stored, storedBy } from "./stored.js";
import { hasten, neverIdle, nextTask, ticks } from "./ticks.js";
import { mixed } from "./work/mixed.js";
import { numbered } from "./work/numbered.js";
import { puts } from "./work/puts.js";

const works = { mixed, numbered, puts };

const { hasty, busy } = Object.fromEntries(new URLSearchParams(location.search));
if (hasty) hasten(hasty);
if (busy) neverIdle();

const app = await open({ name: "tabs", state: { counts: map(), lines: map(), members: set() } });
const { counts, lines, members } = app.state;

const channel = new BroadcastChannel("acknowledged");
/** By tab: how many of its changes it has said to be stored. */
const heard = {};
channel.onmessage = ({ data: [tab, changes] }) => {
  heard[tab] = changes;
};

let work;
let done = 0;

window.worker = {
  heard,
  isDropped,
  fill,
  filled,
  makeRoom,

  /**
   * From that moment on, does so many changes of that kind under the tab's name, so many a second. Firefox hands over to its
   * storage process what a task has written when that task ends, so there a change can be told to survive the tab only by the
   * next one. Called again, it does so many more.
   */
  async start({ tab, kind, from, changes, perSecond, sureAfterTask }) {
    work ??= works[kind](app, tab);
    done = 0;
    for await (const _ of ticks()) {
      const due = Math.min(changes, Math.ceil(((Date.now() - from) * perSecond) / 1000));
      while (done < due) {
        // Each in a task of its own, and so a record of its own.
        const complete = await storedBy(() => work.change(++done));
        if (sureAfterTask) await nextTask();
        if (complete) channel.postMessage([tab, done]);
        if (!sureAfterTask) await nextTask();
      }
      if (done === changes) return;
    }
  },

  progress: () => ({ done, expected: work?.expected?.(), stored }),

  /** What it sees, with the order in which it sees it. */
  state: () => ({ counts: [...counts], lines: [...lines], members: [...members] }),

  /** Puts a line with that many characters. */
  putLarge(size) {
    lines.set("large", { text: WIDE.repeat(size) });
  },

  /** The next write of at least that many characters is accepted although there is no room for it. */
  loseRoomBeforeWriting(size) {
    beforeWriting(size, loseRoom);
  },
};
