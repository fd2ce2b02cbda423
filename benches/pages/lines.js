// The lines of the cart, the same for everybody.

export const key = (number) => `sku-${number}`;
export const line = (number) => ({ title: `Article ${number} in a plain box`, price: 100 + (number % 9_000), qty: 1 });
export const lines = (count) => Array.from({ length: count }, (_, number) => [key(number), line(number)]);

let seed = 1;
/** Some number below that; the same ones in each page. */
export function pick(count) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * count);
}
