// What goes to and comes from localStorage, in characters: all that the library stores here is ASCII.

export const bytes = { written: 0, read: 0 };

const { setItem, getItem, key } = Storage.prototype;

Storage.prototype.setItem = function (name, value) {
  setItem.call(this, name, value);
  bytes.written += name.length + value.length;
};

Storage.prototype.getItem = function (name) {
  const value = getItem.call(this, name);
  bytes.read += value?.length ?? 0;
  return value;
};

/** All that is stored, and how much that is. */
export function stored() {
  const keys = Object.keys(localStorage);
  const sizes = keys.map((name) => name.length + getItem.call(localStorage, name).length);
  return { keys: keys.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
