// When something is stored.

let writes = 0;
let wake;
/** What was written last. */
export let last;

const { setItem } = Storage.prototype;
Storage.prototype.setItem = function (key, value) {
  setItem.call(this, key, value);
  last = [key, value];
  writes++;
  wake?.();
  wake = undefined;
};

/**
 * Does something, and waits until that is stored. Who stores before the call returns says so (`synchronous`): not all of them
 * use `setItem`.
 */
export async function storedBy(action, synchronous) {
  const before = writes;
  action();
  if (synchronous || writes > before) return;
  await new Promise((resolve) => {
    wake = resolve;
  });
}
