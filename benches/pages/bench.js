// Loads the part that the address names, and nothing else: what is measured begins with nothing loaded.

const part = new URLSearchParams(location.search).get("part");
const { bench } = await import(`./${part}.js`);
window.bench = bench;
