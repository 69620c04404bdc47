// Single keys. They belong to the view on the screen, and rest while something is typed or a
// dialog is open. They can be turned off, for those who speak to their computer.

const KEPT = "tracker-single-keys";
let always = [];
let handlers = [];

/** The keys of the view on the screen: functions that get (key, event) and return true if they acted. */
export function useKeys(...of) {
  handlers = of;
}

export const keysOn = () => localStorage.getItem(KEPT) !== "off";

export function turnKeys(on) {
  localStorage.setItem(KEPT, on ? "on" : "off");
  document.documentElement.dataset.keys = on ? "on" : "off";
}

const typing = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
    (target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type)));

const pressed = (target) =>
  target instanceof HTMLElement && target.closest("button, a[href], summary, input") !== null;

function listen(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (document.querySelector("dialog[open]") || typing(event.target)) return;
  const undoing = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  if (!undoing && (event.ctrlKey || event.metaKey || event.altKey)) return;
  const character = event.key.length === 1;
  if (character && !undoing && event.key !== " " && !keysOn()) return;
  // Enter and the space bar belong to the button that has the focus.
  if ((event.key === "Enter" || event.key === " ") && pressed(event.target)) return;
  const name = undoing ? "Z" : character ? event.key.toUpperCase() : event.key;
  if ([...handlers, ...always].some((handle) => handle(name, event))) event.preventDefault();
}

/** Starts listening; `everywhere` are the keys that work in every view, after the view's own. */
export function startKeys(...everywhere) {
  always = everywhere;
  turnKeys(keysOn());
  document.addEventListener("keydown", listen);
}
