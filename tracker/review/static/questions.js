// One question at a time, the most helpful first. The next is on the screen before the last answer
// is stored; an answer that could not be stored brings its question back.

import { get, Refused, thumbnail } from "./api.js";
import { addPerson, describe, fixDate, showPhoto, whoIsIt } from "./dialogs.js";
import { button, el, fill, key, named } from "./dom.js";
import { FaceGrid, Group, when } from "./grid.js";
import { say } from "./say.js";
import { foresee, sharpen } from "./sharp.js";
import * as shapes from "./shapes.js";
import { decide, frozen, known, pending, refreshSoon } from "./store.js";
import { emptyQuestions, relatives } from "./empty.js";
import { already, plural, sentence, sure } from "./words.js";

const MANY = 34; // from so many on the server may have more
const FEW = 6; // left before more are fetched
const LIKELY = 0.4; // below this nobody is asked about by name
const OFTEN = 5; // answers after which the order may be another
const DOZEN = 12; // faces that are to be seen without scrolling
const NAMES = 12; // on buttons; with more people the others are behind one
const LATER = 1500; // ms after which to look again where the server is still looking for more
const NEW = 2000; // faces of somebody new at once

let asked = []; // questions, the most helpful first
let at = 0;
const answered = new Set(); // faces answered here; the server may not have heard of them yet
const denied = new Set(); // "face person": what it is not; the server works its candidates out anew later
let history = []; // questions answered here, the last one last
let loaded = false;
let root = null;
let grid = null;
let reading = Promise.resolve(); // the queue is read once at a time
let waiting = 0; // reads that have not ended
let since = 0; // answers since the queue was read
let drawnFor = ""; // the people whose names are on the buttons

const current = () => asked[at] ?? null;
const ids = (question) => [...question.faces.map((face) => face.id), ...question.more];

/** The questions that the server has now, less what was answered here. */
async function fetched() {
  const raw = await get("api/queue");
  clearTimeout(later);
  later = raw.more ? setTimeout(reload, LATER) : 0;
  const notDenied = (one) => one.candidates.filter(({ id }) => !one.faces.every((face) => denied.has(`${face.id} ${id}`)));
  return raw.questions
    .map(shapes.question)
    .filter((one) => !one.faces.some((face) => answered.has(face.id)))
    .map((one) => ({ ...one, candidates: notDenied(one) }));
}

/** Whether what the page shows of the question still holds: another tab may have answered it. */
async function holds(question) {
  if (question.faces.length === 0) return true; // they are on their way
  const { face } = shapes.detail(await get(`api/face/${question.faces[0].id}`));
  return face.state === question.faces[0].state && face.person === question.faces[0].person;
}

/**
 * Reads the queue again. What is on the screen stays there, whatever the server would ask first
 * now: nothing may change under somebody's fingers. Unless `anew`, or, with `check`, if another
 * tab has answered it.
 */
export async function reload({ anew = false, check = false } = {}) {
  reading = reading.then(async () => {
    try {
      const before = current();
      const fresh = await fetched();
      const gone = check && before !== null && current() === before && !(await holds(before));
      const shown = anew || gone ? null : current();
      const first = !loaded;
      loaded = true;
      since = 0;
      if (shown) {
        const of = new Set(ids(shown));
        asked = [shown, ...fresh.filter((one) => one.id !== shown.id && !one.faces.some((face) => of.has(face.id)))];
        at = 0;
        count();
      } else {
        asked = fresh;
        at = 0;
        show({ quietly: true });
        if (gone && !first) say("That one was answered elsewhere. Here is the next.");
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!error.busy && error.status !== 0) say(error.words, { failed: true });
    }
  });
  waiting += 1;
  await reading;
  waiting -= 1;
  if (!current()) show({ quietly: true });
}

let soon = 0;
let later = 0;
/** Reads the queue after the answers that are on their way are stored; at once where it is empty. */
function reloadSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    soon = 0;
    if (pending()) reloadSoon();
    else reload();
  }, current() ? 700 : 50);
}

/** After an undo that was about `faces` (ids): if they were answered here last, they are asked again. */
export function undone(faces) {
  const back = history.at(-1);
  const about = new Set(faces);
  for (const face of faces) answered.delete(face);
  if (!back || !ids(back.question).some((face) => about.has(face))) {
    reload({ anew: true });
    return;
  }
  history.pop();
  forget(back.question);
  const of = new Set(ids(back.question));
  asked = [back.question, ...asked.filter((one) => !one.faces.some((face) => of.has(face.id)))];
  at = 0;
  show();
}

/**
 * Takes `chosen` faces (ids) off the question on the screen and sends what they are; `words` say it.
 * The rest stays, as questions of their own; after a "not this person" the next name is offered.
 * `stored`: it has been sent already.
 */
function answer(person, state, words, chosen = picked(), { stored = false } = {}) {
  const question = current();
  if (!question || frozen() || chosen.length === 0) return;
  const taken = new Set(chosen);
  const faces = question.faces.filter((face) => taken.has(face.id));
  const more = question.more.filter((id) => taken.has(id));
  const others = question.candidates.filter((one) => one.id !== person);
  const place = at;
  let next = [];
  if (state === "rejected" && person !== null && others.length > 0 && question.kind !== "waiting") {
    next = [{ ...question, id: `${question.id} but`, kind: taken.size > 1 ? "group" : "unknown", faces, more, person: null, candidates: others, why: "" }];
  } else {
    for (const id of question.kind === "waiting" ? ids(question) : chosen) answered.add(id);
  }
  next.push(...left(question, taken, known.people.find((one) => one.id === person && state === "confirmed")));
  if (state === "rejected" && person !== null) chosen.forEach((id) => denied.add(`${id} ${person}`));
  asked.splice(place, 1, ...next);
  if (at >= asked.length) at = 0;
  const entry = { question };
  history.push(entry);
  say(words);
  show();
  (stored ? Promise.resolve([]) : decide(faces, person, state, more)).then(
    (leftOut) => {
      if (leftOut.length > 0) {
        leftOut.forEach((id) => answered.delete(id));
        say(already(leftOut.length), { failed: true });
      }
      refreshSoon();
      since += 1;
      if (asked.length < FEW || since >= OFTEN || leftOut.length > 0) reloadSoon();
    },
    (error) => {
      if (!(error instanceof Refused)) throw error;
      history = history.filter((one) => one !== entry);
      forget(question);
      if (error.status === 409) {
        say(error.words, { failed: true });
        reload({ anew: true });
        return;
      }
      asked = asked.filter((one) => !next.includes(one));
      asked.splice(Math.min(place, asked.length), 0, question);
      at = Math.min(place, asked.length - 1);
      if (root) show();
      say(`That was not stored, so here it is again. ${error.words}`, { failed: true });
    },
  );
}

/**
 * What is left of a question when an answer was about `taken`: first what nobody has seen yet, which
 * may be `person`'s, too; then what was left out, of many certain ones each by itself.
 */
function left(question, taken, person) {
  if (question.kind === "waiting") return [];
  const part = (name, faces, more, changes) =>
    faces.length + more.length === 0 ? [] : [{ ...question, id: `${question.id} ${name}`, faces, more, kind: faces.length + more.length > 1 ? "group" : "unknown", ...changes }];
  const unseen = (id) => grid !== null && !grid.seen.has(id);
  const rest = question.faces.filter((face) => !taken.has(face.id));
  const out = rest.filter((face) => !unseen(face.id));
  const theirs = person ? { person: person.id, candidates: [{ id: person.id, name: person.name, chance: null, why: "" }, ...question.candidates.filter((one) => one.id !== person.id)] } : {};
  return [
    ...part("more", rest.filter((face) => unseen(face.id)), question.more.filter((id) => !taken.has(id)), { why: "You have not seen these yet.", ...theirs }),
    ...(question.kind === "proposals"
      ? out.flatMap((face) => part(face.id, [face], [], { kind: "proposal", why: "You left this one out." }))
      : part("rest", out, [], { why: out.length > 1 ? "You left them out." : "You left this one out." })),
  ];
}

/** What was answered of `question` counts as open again. */
function forget(question) {
  for (const face of ids(question)) {
    answered.delete(face);
    for (const { id } of question.candidates) denied.delete(`${face} ${id}`);
  }
}

/** The ids of the faces of the question that an answer is about: what was chosen, and seen. */
function picked() {
  const question = current();
  if (!question) return [];
  return grid ? grid.selection.filter((id) => grid.seen.has(id)) : ids(question);
}

const many = (chosen) => (chosen.length > 1 ? plural(chosen.length, "face") : "");

/** Of these faces (ids) of the question those photographed before somebody's birth. */
function unborn(question, person, chosen) {
  const early = new Set(question.unborn[person]);
  return chosen.filter((id) => early.has(id));
}

function isPerson(person) {
  const question = current();
  let chosen = picked();
  if (question?.kind === "waiting" && chosen.length !== 1) {
    say("Choose one face first: click it, or press its number.");
    return;
  }
  const early = new Set(question && unborn(question, person.id, chosen));
  let words = "";
  if (early.size > 0 && early.size < chosen.length) {
    chosen = chosen.filter((id) => !early.has(id));
    words = tooEarly(early.size, person.name);
  }
  answer(person.id, "confirmed", `${naming(person, chosen)} ${words}`.trim(), chosen);
}

const naming = (person, chosen) => `${[person.name, many(chosen)].filter(Boolean).join(", ")}.`;

const tooEarly = (count, name) => `${plural(count, "face")} ${count === 1 ? "is" : "are"} left out: ${name} was not born yet.`;

/** Who the faces of the question may be: somebody who was born by the time of one of them. */
const able = (question) => (question?.candidates ?? []).filter((one) => {
  const all = ids(question);
  return unborn(question, one.id, all).length < all.length;
});

/** Whom the question asks about: the first candidate, where there is reason to ask. */
function likely(question) {
  const [first] = able(question);
  const asks = first && (question.person === first.id || first.chance >= LIKELY);
  return asks ? first : null;
}

const yes = () => {
  const first = likely(current());
  if (first) isPerson(first);
  else say("No name is offered here: press a person's letter, or U for nobody you know.");
};
const no = () => {
  const question = current();
  const first = likely(question);
  if (first) answer(first.id, "rejected", `Not ${first.name}.`, question.kind === "waiting" ? ids(question) : undefined);
  else say("No name is offered here that it could not be.");
};
const nobody = () => answer(null, "rejected", "Nobody you know.");
const outside = () => answer(null, "unrelated", "Not of the family: one more to compare with.");
const ignore = () => answer(null, "ignored", "Ignored: it will not be asked again.");

/** Somebody new, whose the chosen faces are: one step, and one to take back. */
async function newPerson() {
  const question = current();
  const asks = question !== null && question.kind !== "waiting";
  const chosen = asks ? picked().slice(0, NEW) : [];
  if (asks && chosen.length === 0) return;
  const made = await addPerson("", { faces: chosen, note: asks && `${many(chosen) || "The face"} on the screen will be theirs.` });
  const person = known.people.find((one) => one.id === `${made}`);
  if (person && asks && current() === question) {
    answer(person.id, "confirmed", naming(person, chosen), chosen, { stored: true });
  }
}

async function elsewhom() {
  const question = current();
  const who = await whoIsIt("Who is it?");
  if (who && current() === question) isPerson(known.people.find((one) => one.id === who.id) ?? who);
}

function step(by) {
  if (asked.length < 2) return;
  at = (at + by + asked.length) % asked.length;
  show();
}

const asking = (face) => grid?.focused ?? face;

function photo() {
  const face = asking(current()?.faces[0]);
  if (face) showPhoto(face, { onDate: () => reload({ anew: true }) });
}

async function date() {
  const face = asking(current()?.faces[0]);
  if (face && !frozen() && (await fixDate(face))) reload({ anew: true });
}

/** The keys of this view. */
export function keys(name) {
  if (!current() || invited()) return false;
  const acts = {
    Enter: yes, N: no, P: photo, D: date, ...(current().kind === "waiting" ? {} : { U: nobody, I: ignore }), "+": newPerson, "=": newPerson,
    ArrowRight: () => step(1), ArrowLeft: () => step(-1),
  };
  if (acts[name]) {
    acts[name]();
    return true;
  }
  if (current().kind === "waiting" && /^[1-9]$/.test(name)) {
    const face = current().faces[Number(name) - 1];
    if (face) grid?.choose([face.id]);
    return Boolean(face);
  }
  const person = known.people.find((one) => one.letter === name);
  if (person) isPerson(person);
  return Boolean(person);
}

function heading(question) {
  const first = likely(question);
  if (question.kind === "waiting" && first) return ["Which of these is ", named(first.name), "?"];
  const all = ids(question).length === 2 ? "Are both of these " : "Are these all ";
  if (ids(question).length > 1) return first ? [all, named(first.name), "?"] : ["Who is this?"];
  return first ? ["Is this ", named(first.name), "?"] : ["Who is this?"];
}

const act = (label, stroke, does, props = {}) =>
  button([key(stroke), el("span", {}, label)], does, { "aria-keyshortcuts": { "←": "ArrowLeft", "→": "ArrowRight" }[stroke] ?? stroke, ...props });

function offered(question) {
  const first = likely(question);
  return able(question).slice(0, question.kind === "waiting" ? 1 : 3).map((one) => {
    const yes = one === first;
    const stroke = yes ? "Enter" : known.people.find((other) => other.id === one.id)?.letter;
    return el("li", {},
      button([stroke && key(yes ? "↵" : stroke), el("span", { class: "name" }, yes && (question.kind === "waiting" ? "This one is " : "Yes, "), named(one.name)), el("span", { class: "how" }, question.kind === "waiting" ? "" : sure(one.chance))],
        () => isPerson(one), { class: yes ? "first changes" : "changes", "aria-keyshortcuts": stroke || null }),
      one.why && question.kind !== "waiting" && el("p", { class: "note why" }, sentence(one.why)));
  });
}

/** The faces that are chosen at first: all but those from before the birth of whom it asks about. */
function atFirst(question) {
  const all = ids(question);
  if (question.kind === "waiting") return [];
  const early = new Set(unborn(question, likely(question)?.id, all));
  return early.size < all.length ? all.filter((id) => !early.has(id)) : all;
}

function facesOf(question, chosen) {
  const all = ids(question);
  if (all.length === 1 && question.faces.length === 1) {
    const [face] = question.faces;
    const image = el("img", { src: thumbnail(face), alt: "The face that is asked about", width: "256", height: "256" });
    const still = () => image.isConnected;
    requestAnimationFrame(() => sharpen(image, face, still).then(() => still() && foresee(asked.slice(at + 1, at + 3).map((one) => one.faces[0]), image)));
    return el("figure", { class: "asked" },
      el("button", { type: "button", class: "look", "aria-label": "Show the whole photo", "aria-keyshortcuts": "P", on: { click: photo } },
        image, el("span", { class: "lens", "aria-hidden": "true" }, key("P"), " whole photo")),
      el("figcaption", {}, describe(face)));
  }
  const one = question.kind === "waiting";
  const source = new Group(question.faces, question.more, async (wanted) => {
    const faces = shapes.page(await get("api/faces", { faces: wanted.join(","), limit: wanted.length })).faces;
    const here = new Set(faces.map((face) => face.id));
    question.faces.push(...faces);
    question.more = question.more.filter((id) => !here.has(id));
    return faces;
  });
  const first = likely(question);
  const ofChild = known.people.find((other) => other.id === first?.id)?.relation === "child";
  grid = new FaceGrid({
    label: one ? "The faces of this photo" : "The faces of this group", source, chosen, single: one, caption: one ? (face) => (face.person === question.person ? "" : face.name) : (face) => when(face, ofChild),
    size: all.length <= 9 ? "roomy few" : "roomy", sharp: true, onchoice: count, onopen: photo,
  });
  grid.asks = question.id;
  const early = one || !first ? 0 : unborn(question, first.id, all).length;
  return el("div", { class: "asked" },
    el("div", { class: all.length <= DOZEN ? "scroller whole" : "scroller" }, grid.node),
    !one && el("p", { class: "chosen-of" }, el("span", { id: "chosen" }), button("Choose none", toggled, { id: "toggle", class: "link" })),
    early > 0 && early < all.length && el("p", { class: "note" }, tooEarly(early, first.name)),
    el("p", { class: "note" }, one
      ? ["Click the right one", el("span", { class: "keyed" }, ", or press its number"), ". ", sentence(describe(question.faces[0]))]
      : ["Click a face to leave it out", el("span", { class: "keyed" }, ", or press the space bar on it"), ". It is asked about afterwards."]));
}

const toggled = () => grid.choose(picked().length === 0 ? grid.source.ids : []);

function count() {
  const line = root?.querySelector("#how-many");
  if (!line) return;
  line.textContent = asked.length >= MANY ? "The most helpful question first" : asked.length > 1 ? `${at + 1} of ${asked.length} questions` : "The last question for now";
  const none = grid !== null && picked().length === 0;
  const toggle = root.querySelector("#toggle");
  if (toggle) {
    const below = grid.selection.filter((id) => !grid.seen.has(id)).length;
    root.querySelector("#chosen").textContent = `${grid.selection.length - below} of ${grid.total} chosen${below > 0 ? `, ${below} below` : ""}`;
    toggle.textContent = none ? "Choose all" : "Choose none";
  }
  for (const button of root.querySelectorAll(".changes")) button.disabled = frozen() || none;
}

function show({ quietly = false } = {}) {
  if (!root) return;
  const question = invited() ? null : current();
  const kept = grid && question && quietly && grid.asks === question.id ? grid.selection : question && atFirst(question);
  grid?.stop();
  grid = null;
  drawnFor = family();
  if (!question) {
    const looking = !loaded || (!invited() && (later !== 0 || waiting > 0 || soon !== 0 || pending() > 0));
    fill(root, looking
      ? [el("h1", { tabindex: "-1", class: "quiet" }, "One moment"), el("p", { class: "quiet", role: "status" }, "Looking for the most useful question …")]
      : emptyQuestions(invited() ? current() && withoutFamily : null));
    return;
  }
  const title = el("h1", { tabindex: "-1", id: "question" }, heading(question));
  const offers = offered(question);
  const taken = new Set(able(question).slice(0, question.kind === "waiting" ? 1 : 3).map((one) => one.id));
  const others = known.people.filter((one) => !taken.has(one.id));
  const people = others.length <= NAMES ? others : others.toSorted((a, b) => b.confirmed - a.confirmed).slice(0, NAMES);
  const faces = facesOf(question, kept);
  fill(root, el("div", { class: `question ${grid ? "many" : ""}`, "data-kind": question.kind },
    el("div", { class: "head" },
      el("p", { class: "eyebrow", id: "how-many" }),
      title,
      el("p", { class: "lead" }, question.kind === "group" && `${plural(ids(question).length, "face")} look alike. `, question.why && sentence(question.why))),
    faces,
    el("div", { class: "answer" },
      offers.length > 0 && el("ul", { class: "offers" }, offers),
      people.length > 0 && el("h2", { class: "small" }, offers.length > 0 ? "Or somebody else" : "It is"),
      el("div", { class: "answers" },
        people.map((one) => button([one.letter && key(one.letter), named(one.name)], () => isPerson(one), { class: "changes", "aria-keyshortcuts": one.letter || null, title: one.relation })),
        people.length < others.length && button(`${others.length - people.length} others …`, elsewhom, { class: "changes" }),
        question.kind !== "waiting" && act("Somebody new …", "+", newPerson, { class: "changes" })),
      el("div", { class: "answers neither" },
        likely(question) && act(question.kind === "waiting" ? "None of these" : ["Not ", named(likely(question).name)], "N", no, { class: question.kind === "waiting" ? "" : "changes" }),
        question.kind !== "waiting" && act("Nobody I know", "U", nobody, { class: "changes" }),
        question.kind !== "waiting" && button("Not of the family", outside, { class: "changes", title: "A friend, a neighbour: somebody unrelated to compare the family with" }),
        question.kind !== "waiting" && act("Ignore", "I", ignore, { class: "changes", title: "A statue, a poster, no face at all" })),
      el("div", { class: "answers quietly" },
        act("Before", "←", () => step(-1)), act("Next", "→", () => step(1)),
        grid && act("Photo", "P", photo),
        act("Fix the date …", "D", date, { class: "changes" })))));
  grid?.start();
  count();
  if (!quietly) title.focus({ preventScroll: true });
  if (!quietly) window.scrollTo({ top: 0, behavior: "instant" });
  for (const next of asked.slice(at + 1, at + 4)) for (const face of next.faces.slice(0, 12)) new Image().src = thumbnail(face);
}

// The parents come first: without a family there is nobody whom a face could be.
let skipped = false;
const invited = () => !skipped && known.people.length > 0 && relatives().length === 0;

function withoutFamily() {
  skipped = true;
  show();
}

/** Puts the view into `main`; the returned function takes it away. */
export function open(main) {
  root = main;
  show({ quietly: true });
  reload();
  return () => {
    grid?.stop();
    grid = null;
    root = null;
  };
}

const family = () => JSON.stringify([known.child, known.people.map((one) => [one.id, one.name, one.letter])]);

let faces = null; // how many there were: more have come in when it is another number
let people = 0;

export const idle = () => loaded && waiting === 0 && current() === null;

export const heard = (what) => {
  const more = faces !== null && faces !== known.counts.faces;
  faces = known.counts.faces ?? faces;
  if (what === "focus") reload({ check: true });
  else if (what === "thawed" || more || (loaded && people > 0 && known.people.length !== people)) reload();
  if (root && loaded && (!current() || invited() || family() !== drawnFor)) show({ quietly: true });
  people = known.people.length;
  count();
};
