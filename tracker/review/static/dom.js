// Elements from text. Nothing here, and nothing that uses it, ever reads a string as HTML.

/** An element: `props` are attributes, `on` its listeners, `data` its data set; false and null leave one out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [kind, act] of Object.entries(value)) node.addEventListener(kind, act);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

/** Puts `children` in the place of all that `node` holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  add(node, children);
  return node;
}

/** A name that people typed, kept from turning the text around it. */
export const named = (name) => el("bdi", {}, name);

/** What to type, as it is typed. */
export const typed = (text) => el("code", {}, text);

export const button = (label, act, props = {}) =>
  el("button", { type: "button", ...props, on: { click: act } }, label);

/** A key as it is shown on what it does; screen readers get it from aria-keyshortcuts. */
export const key = (letter) => el("kbd", { "aria-hidden": "true" }, letter);
