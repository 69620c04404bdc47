// A grid of faces and the bar that says what the chosen ones are.

import { Refused } from "./api.js";
import { addPerson, showPhoto, whoIsIt } from "./dialogs.js";
import { button, el, fill } from "./dom.js";
import { FaceGrid } from "./grid.js";
import { say } from "./say.js";
import { decide, frozen, refreshSoon } from "./store.js";
import { already, plural } from "./words.js";

/**
 * `person` is whose faces these are, or null; `gone(ids)` hears which faces were answered, after
 * the answer was stored. The result has `node`, `start()`, `stop()` and `keys(name)`.
 */
export function chosenGrid({ label, source, person = null, gone = () => {}, size = "", caption }) {
  const words = el("p", { class: "chosen", id: "chosen" });
  const grid = new FaceGrid({ label, source, size, caption, onchoice: told, onopen: (face) => showPhoto(face, { onDate: () => gone([]) }) });
  const faces = () => grid.selection.map((id) => grid.faceOf(id)).filter(Boolean);

  async function send(who, state, said) {
    const chosen = faces();
    if (chosen.length === 0 || frozen()) return;
    const ids = chosen.map((face) => face.id);
    grid.choose([]);
    say(said(plural(chosen.length, "face")));
    try {
      const leftOut = await decide(chosen, who, state);
      if (leftOut.length > 0) say(already(leftOut.length), { failed: true });
      refreshSoon();
      gone(ids);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      grid.choose(ids);
      say(`That was not stored. ${error.words}`, { failed: true });
    }
  }

  const acts = {
    E: async () => {
      if (faces().length === 0 || frozen()) return;
      const who = await whoIsIt(`${plural(faces().length, "face")}: who is it?`);
      if (who) send(who.id, "confirmed", (count) => `${who.name}, ${count}.`);
    },
    Y: () => person && send(person.id, "confirmed", (count) => `${person.name}, ${count}.`),
    N: () => person && send(person.id, "rejected", (count) => `Not ${person.name}: ${count}.`),
    "+": async () => {
      const ids = grid.selection;
      const made = await addPerson("", { faces: ids, note: `${plural(ids.length, "face")} will be theirs.` });
      if (made) gone(ids);
    },
    U: () => send(null, "rejected", (count) => `Nobody you know: ${count}.`),
    I: () => send(null, "ignored", (count) => `Ignored: ${count}.`),
    P: () => grid.focused && showPhoto(grid.focused),
  };
  const act = (stroke, name, props = {}) =>
    button([el("kbd", { "aria-hidden": "true" }, stroke), el("span", {}, name)], acts[stroke], { class: "changes", "aria-keyshortcuts": stroke, ...props });
  const bar = el("div", { class: "bar-below", role: "group", "aria-label": "What the chosen faces are" }, words,
    el("div", { class: "answers" },
      person && act("Y", `Yes, ${person.name}`), person && act("N", `Not ${person.name}`),
      act("E", "It is …"), act("+", "Somebody new …"), act("U", "Nobody I know"), act("I", "Ignore"),
      act("P", "Photo", { class: "" }),
      button("Choose none", () => grid.choose([]), {})));

  function told() {
    const count = grid.selection.length;
    fill(words, count === 0 ? "Click faces to choose them." : `${plural(count, "face")} chosen.`);
    for (const one of bar.querySelectorAll(".changes")) one.disabled = count === 0 || frozen();
    bar.classList.toggle("idle", count === 0);
  }

  told();
  return {
    node: el("div", {}, grid.node, source.total > 0 && bar),
    grid,
    start: () => grid.start(),
    stop: () => grid.stop(),
    told,
    keys(name) {
      const act = acts[name === "=" ? "+" : name];
      if (!act || (name !== "P" && grid.selection.length === 0)) return false;
      act();
      return true;
    },
  };
}
