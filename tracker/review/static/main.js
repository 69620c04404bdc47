// The page: its views by address, its keys, and the lines that are always there.

import { askAbout } from "./api.js";
import { addPerson, help } from "./dialogs.js";
import { el, fill, named, typed } from "./dom.js";
import * as faces from "./faces.js";
import { startKeys, useKeys } from "./keys.js";
import * as library from "./library.js";
import * as people from "./people.js";
import * as questions from "./questions.js";
import * as report from "./report.js";
import { frozen, known, onChange, refresh, undo } from "./store.js";
import { listed, plural, sentence } from "./words.js";

const main = document.getElementById("main");
const VIEWS = {
  questions: (into) => ({ close: questions.open(into), keys: questions.keys, heard: questions.heard }),
  library: library.open,
  people: people.open,
  faces: faces.open,
  report: report.open,
};
const TITLES = { questions: "Questions", library: "Months", people: "People", faces: "Faces", report: "Report" };
let view = null;
let name = "";

function go() {
  const [wanted, rest = ""] = /^[\w/-]*$/.test(location.hash.slice(1)) ? location.hash.slice(1).split("/") : [];
  const moved = view !== null;
  name = Object.hasOwn(VIEWS, wanted ?? "") ? wanted : "questions";
  view?.close();
  main.className = `view ${name}`;
  view = VIEWS[name](main, rest);
  useKeys(view.keys);
  for (const link of document.querySelectorAll(".views a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${TITLES[name]} · Who is who`;
  if (moved) {
    window.scrollTo({ top: 0, behavior: "instant" });
    main.querySelector("h1")?.focus({ preventScroll: true });
  }
}

const NEEDED = 3; // days of a parent below which nothing can be compared

/** What is missing where no month lacks days: the parents' own faces. */
function faceless() {
  const names = known.people.filter((one) => ["mother", "father", "parent"].includes(one.relation) && one.days < NEEDED).map((one) => one.name);
  return names.length > 0 ? ` What is missing is ${listed(names)}: on ${plural(NEEDED, "day")} at least.` : " Nothing is missing.";
}

/** "Month 7 needs 2 more days": the thinnest month first, for it is the cheapest to mend. */
function progress() {
  const place = document.getElementById("progress");
  const months = known.progress;
  const ready = months.filter((month) => month.faces > 0 && month.needs === 0).length;
  const lacking = months.filter((month) => month.needs > 0).sort((a, b) => a.needs - b.needs || a.months - b.months);
  const [first] = lacking;
  const words = months.length === 0
    ? known.child === "" && known.counts.photos > 0 ? "There is no child here: add one under People." : known.counts.photos === 0 ? "No photos yet." : "No month can speak yet."
    : `${ready} of ${plural(months.length, "month")} can speak.`;
  const next = first ? ` ${first.months === 0 ? "The first month" : `Month ${first.months}`} needs ${plural(first.needs, "more day", "more days")}.` : months.length > 0 ? faceless() : "";
  const strip = el("span", { class: "strip", "aria-hidden": "true" }, months.slice(0, 240).map((month) =>
    el("i", { class: month.faces === 0 ? "gap" : month.needs > 0 ? "short" : "" })));
  fill(place, el("a", { href: first ? `#library/${first.months}` : "#library" }, strip, el("span", {}, words, next)));
}

function held() {
  const place = document.getElementById("held");
  const words = known.lost ?? known.held;
  const was = place.textContent;
  place.hidden = words === null;
  if (words === null) fill(place);
  else if (known.lost) {
    const pieces = words.split("`");
    fill(place, pieces.map((piece, at) => (at % 2 ? typed(piece) : piece)));
  } else {
    const said = `${sentence(words)} Look around meanwhile: the page goes on by itself.`;
    if (was !== said) fill(place, said);
  }
  document.documentElement.dataset.frozen = frozen() ? "yes" : "no";
  for (const button of document.querySelectorAll(".changes")) if (frozen()) button.disabled = true;
}

/** Whom it is about; with several children, which of them. */
function ofChild() {
  const place = document.getElementById("child");
  const children = known.people.filter((one) => one.relation === "child");
  if (children.length < 2) {
    fill(place, known.child ? ["of ", named(known.child)] : "");
    return;
  }
  if (place.contains(document.activeElement)) return;
  const choice = el("select", { "aria-label": "Whose months", on: { change: (event) => { askAbout(event.target.value); refresh().then(() => go()); } } },
    children.map((one) => el("option", { value: one.id, selected: one.name === known.child }, one.name)));
  fill(place, "of ", choice);
}

function always() {
  progress();
  held();
  const back = document.getElementById("undo");
  back.disabled = frozen() || !known.undo;
  back.title = known.undo ? `Take back: ${known.undo}` : "Nothing to take back";
  ofChild();
}

startKeys((key) => {
  if (key === "?") help();
  else if (key === "Z") undo();
  else if (key === "+" || key === "=") addPerson();
  else return false;
  return true;
});
document.getElementById("undo").addEventListener("click", () => undo());
document.getElementById("help").addEventListener("click", () => help());
window.addEventListener("hashchange", go);
onChange((what, faces) => {
  always();
  if (what === "undone") questions.undone(faces);
  view?.heard(what);
  held();
});
go();
refresh().then(() => { document.documentElement.dataset.ready = "yes"; });
// Where nothing is left to ask, photos may be on their way in.
setInterval(() => {
  if (!document.hidden && !frozen() && questions.idle()) refresh().then(questions.reload);
}, 5000);
