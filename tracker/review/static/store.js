// What the whole page knows: who is who, how far it is, and whether anything can be changed now.

import { get, post, Refused } from "./api.js";
import { say } from "./say.js";
import * as shapes from "./shapes.js";
import { sentence } from "./words.js";

const AT_ONCE = 2000; // faces in one decision
const SEEN = 250; // faces of which what was seen fits beside
const AGAIN = 3000; // ms between looks while somebody else holds the workspace

export const known = {
  child: "", people: [], progress: [], counts: {}, words: "", undo: null, undoId: null, held: null, lost: null,
};
const listeners = new Set();
let again = 0;

export const onChange = (listen) => {
  listeners.add(listen);
  return () => listeners.delete(listen);
};

const tell = (what, faces = []) => listeners.forEach((listen) => listen(what, faces));

export const person = (id) => known.people.find((one) => one.id === id) ?? null;
export const frozen = () => known.held !== null || known.lost !== null;

/** Reads the state again. Never throws: what is wrong is shown at the top of the page. */
export async function refresh() {
  clearTimeout(again);
  const was = frozen();
  try {
    const read = shapes.state(await get("api/state"));
    Object.assign(known, read, { lost: null });
    changed = waiting > 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.busy) Object.assign(known, { held: error.message, lost: null });
    else known.lost = error.words;
  }
  if (frozen()) again = setTimeout(refresh, AGAIN);
  tell(was && !frozen() ? "thawed" : "state");
}

let soon = 0;
/** Reads the state a little later: after the last of several quick answers, not after each. */
export function refreshSoon(wait = 400) {
  clearTimeout(soon);
  soon = setTimeout(refresh, wait);
}

// Changes are sent one after the other, in the order in which they were made, so that an undo
// always takes back the last.
let queue = Promise.resolve();
let waiting = 0;
let changed = true; // since the state was read: what an undo would take back is the last change
let last = null; // the number of that, where the server gave one

export const pending = () => waiting;

/** Sends one change after those before it; `body` may be a function, asked when its turn comes. Rejects with `Refused`. */
export function change(path, body) {
  waiting += 1;
  const sent = queue.then(() => post(path, typeof body === "function" ? body() : body));
  queue = sent.then(
    (made) => {
      waiting -= 1;
      changed = true;
      last = shapes.batch(made);
    },
    (error) => {
      waiting -= 1;
      if (error instanceof Refused && (error.busy || error.status === 0)) refresh();
    },
  );
  return sent;
}

/**
 * What `faces` are: `person`'s and "confirmed", or not and "rejected"; of nobody (null) "rejected"
 * is nobody the user knows, "ignored" no person at all, "unrelated" somebody outside the family.
 * `more` are ids of faces that were not on the screen. What was on it is sent along, so that an
 * answer given meanwhile in another tab is not overruled unseen. Gives the ids of faces that could
 * not be theirs.
 */
export async function decide(faces, person, state, more = []) {
  const ids = [...faces.map((face) => face.id), ...more];
  const known = new Map(faces.slice(0, SEEN).map((face) => [face.id, { person: face.person, state: face.state }]));
  const leftOut = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const here = ids.slice(from, from + AT_ONCE);
    const seen = faces.length > SEEN ? null : Object.fromEntries(here.filter((id) => known.has(id)).map((id) => [id, known.get(id)]));
    leftOut.push(...shapes.leftOut(await change("api/decide", { faces: here, person, state, seen })));
  }
  return leftOut;
}

/** What the undo is to take back, so that it is not another tab's answer. */
function meant() {
  if (changed) return last === null ? {} : { id: last };
  return known.undo ? { words: known.undo, id: known.undoId } : {};
}

/** Takes back the last decision and says what that was. True if there was one. */
export async function undo() {
  if (frozen()) {
    say("Nothing can be changed just now.", { failed: true });
    return false;
  }
  try {
    const { words, faces } = shapes.undone(await change("api/undo", meant));
    say(words ? `Taken back: ${sentence(words)}` : "There is nothing to take back.");
    await refresh();
    tell("undone", faces);
    return words !== null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.words, { failed: true });
    refresh();
    return false;
  }
}

// Another tab may have answered meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh().then(() => tell("focus"));
});
window.addEventListener("focus", () => refresh().then(() => tell("focus")));

// An answer is on the screen before it is stored: who leaves meanwhile is asked to wait.
window.addEventListener("beforeunload", (event) => {
  if (waiting > 0) event.preventDefault();
});
