// What is said where there is nothing, and what to do next.

import { addPerson } from "./dialogs.js";
import { button, el, named, typed } from "./dom.js";
import { known } from "./store.js";

const says = (title, ...lines) =>
  el("section", { class: "empty" }, el("h1", { tabindex: "-1" }, title), lines.map((line) => (line instanceof Element ? line : el("p", {}, line))));

const child = () => (known.child ? named(known.child) : "the child");

const noPhotos = () => (known.counts.photos ?? null) === 0;
/** Those who are neither the child nor unrelated. */
export const relatives = () => known.people.filter((one) => one.relation !== "child" && one.relation !== "unrelated");

export const photosMissing = () =>
  says("No photos yet", "Nothing to argue about, so far. Show the tracker a folder:",
    el("p", {}, typed("tracker ingest FOLDER")), el("p", { class: "note" }, "It can run beside this page; the questions come by themselves."));

/** Where there is no question, or none yet; `skip` goes on to the faces without a family. */
export function emptyQuestions(skip = null) {
  if (noPhotos()) return photosMissing();
  if (relatives().length === 0) {
    return says("Who is in the family?", ["Whom could ", child(), " look like? Start with the parents; the rest of the family may apply later. Then the faces are asked for."],
      el("p", { class: "row" },
        button("Add the mother …", () => addPerson("mother"), { class: "first changes" }),
        button("Add the father …", () => addPerson("father"), { class: "first changes" }),
        button("Somebody else …", () => addPerson("grandmother"), { class: "changes" }),
        skip && button("Show me the faces first", skip)));
  }
  const needs = known.progress.some((month) => month.needs > 0);
  return says("Nothing left to ask",
    needs
      ? ["Every face that could help has a name. What is missing now is photos: ", typed("tracker ingest FOLDER"), " takes in more."]
      : ["Every month has enough days. The evidence is in, and the father may sit down."],
    el("p", { class: "row" }, el("a", { class: "button first", href: "#report" }, "To the report"), el("a", { class: "button", href: "#library" }, "Look through the months")));
}

export const nobodyHere = () =>
  says("Nobody has a name yet", ["Add the people whom ", child(), " may take after."],
    el("p", { class: "row" }, button("Somebody new …", () => addPerson("mother"), { class: "first changes" })));
