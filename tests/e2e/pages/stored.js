// What the library does to the storage.

/** What it has done so far. */
export const stored = {
  /** Snapshots that it has written. */
  snapshots: 0,
  /** Records that it has removed. */
  removed: 0,
  /** Writes that the browser has refused. */
  refused: 0,
};

/** Whether a change is being stored at present, and whether the last one could be. */
let changing = false;
let complete = true;

/** Before which write something is to happen, and under which key that write then went. */
let awaited;

/** Changes something, and says whether that and all that went before is stored when the microtask has ended. */
export async function storedBy(change) {
  changing = true;
  change();
  // The library's own microtask is one of these.
  for (let turn = 0; turn < 8; turn++) await null;
  changing = false;
  return complete;
}

/** Does something before the next write of at least that many characters. */
export function beforeWriting(size, action) {
  awaited = { size, action, key: undefined };
}

/** Whether that write was accepted, and is gone. */
export function isDropped() {
  return awaited?.key !== undefined && localStorage.getItem(awaited.key) === null;
}

const { setItem, removeItem } = Storage.prototype;

Storage.prototype.setItem = function (key, value) {
  const isRecord = key.includes("/r/");
  const isSnapshot = key.includes("/s/");
  const isMerged = key.includes("/m/");
  const isAwaited = awaited?.key === undefined && value.length >= awaited?.size;
  if (isAwaited) awaited.action();
  let accepted = false;
  try {
    setItem.call(this, key, value);
    accepted = true;
  } finally {
    if (isAwaited && accepted) awaited.key = key;
    if (isRecord && changing) complete = accepted;
    if (isSnapshot && accepted) stored.snapshots++;
    if ((isRecord || isSnapshot || isMerged) && !accepted) stored.refused++;
  }
};

Storage.prototype.removeItem = function (key) {
  if (key.includes("/r/")) stored.removed++;
  removeItem.call(this, key);
};
