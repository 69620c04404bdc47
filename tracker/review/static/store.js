// What the whole page knows: who is who, how far it is, and whether anything can be changed now.

import { get, post, Refused } from "./api.js";
import { say } from "./say.js";
import * as shapes from "./shapes.js";

const AT_ONCE = 2000; // faces in one decision
const AGAIN = 3000; // ms between looks while somebody else holds the workspace

export const known = {
  child: "", people: [], progress: [], counts: {}, words: "", undo: null, held: null, lost: null,
};
const listeners = new Set();
let again = 0;

export const onChange = (listen) => {
  listeners.add(listen);
  return () => listeners.delete(listen);
};

const tell = (what) => listeners.forEach((listen) => listen(what));

export const person = (id) => known.people.find((one) => one.id === id) ?? null;
export const frozen = () => known.held !== null || known.lost !== null;

/** Reads the state again. Never throws: what is wrong is shown at the top of the page. */
export async function refresh() {
  clearTimeout(again);
  const was = frozen();
  try {
    const read = shapes.state(await get("/api/state"));
    Object.assign(known, read, { lost: null });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.busy) Object.assign(known, { held: error.words, lost: null });
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

export const pending = () => waiting;

/** Sends one change after those before it. Rejects with `Refused`. */
export function change(path, body) {
  waiting += 1;
  const sent = queue.then(() => post(path, body));
  queue = sent.then(
    () => { waiting -= 1; },
    (error) => {
      waiting -= 1;
      if (error instanceof Refused && (error.busy || error.status === 0)) refresh();
    },
  );
  return sent;
}

/**
 * What faces (ids) are: `person` "confirmed" or "rejected"; nobody the user knows is null and
 * "rejected", no person at all null and "ignored".
 */
export async function decide(faces, person, state) {
  for (let from = 0; from < faces.length; from += AT_ONCE) {
    await change("/api/decide", { faces: faces.slice(from, from + AT_ONCE), person, state });
  }
}

/** Takes back the last decision and says what that was. True if there was one. */
export async function undo() {
  if (frozen()) {
    say("Nothing can be changed just now.", { failed: true });
    return false;
  }
  try {
    const back = await change("/api/undo", {});
    const words = back?.undone ?? back?.words ?? null;
    say(words ? `Taken back: ${words}` : "There is nothing to take back.");
    await refresh();
    tell("undone");
    return Boolean(words);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.words, { failed: true });
    return false;
  }
}

// Another tab may have answered meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh().then(() => tell("focus"));
});
window.addEventListener("focus", () => refresh().then(() => tell("focus")));
