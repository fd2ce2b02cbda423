// Small helpers for building and updating elements. Text only ever enters as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element. `on*` properties are listeners, everything else is an attribute; strings among the children are text. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A drawing from /assets/products.svg. */
export function drawing(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 120 120");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/assets/products.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Sets the text only where it differs, so that live regions aren't read out for nothing. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says what went wrong in `element`, or hides it where there is nothing to say. */
export function trouble(element, text = "") {
  say(element, text);
  element.hidden = text === "";
}

/**
 * Makes the children of `parent` those of `items`, by key. Elements that stay are kept, and with them the focus.
 * `create(item)` makes an element, `update(element, item)` fills it.
 */
export function reconcile(parent, items, { key, create, update }) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = new Set(items.map(key));
  for (const child of [...parent.children]) if (!wanted.has(child.dataset.key)) child.remove();
  let next = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    let element = before.get(id);
    if (!element) {
      element = create(item);
      element.dataset.key = id;
    }
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}

/** Calls `run` once nothing has called for `milliseconds`. */
export function debounce(run, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, milliseconds);
  };
}
