// Who is who: everybody with a name, and one person's faces over time.

import { get, thumbnail } from "./api.js";
import { addPerson, mergePerson, renamePerson } from "./dialogs.js";
import { button, el, fill, key, named } from "./dom.js";
import { nobodyHere } from "./empty.js";
import { when } from "./grid.js";
import { Listing } from "./listing.js";
import * as shapes from "./shapes.js";
import { frozen, known, person as find } from "./store.js";
import { age, plural } from "./words.js";

const tally = (person) =>
  [`${plural(person.confirmed, "face")} confirmed`, person.proposed > 0 && `${person.proposed} perhaps`, person.days > 0 && plural(person.days, "day")].filter(Boolean).join(" · ");

function everybody(main) {
  const place = el("div", {});
  const put = () => {
    const people = known.people;
    fill(place, people.length === 0 ? nobodyHere() : el("ul", { class: "cards" }, people.map((person) =>
      el("li", {}, el("a", { class: "card", href: `#people/${person.id}` },
        person.portrait ? el("img", { src: thumbnail({ id: person.portrait }), alt: "", width: "64", height: "64" }) : el("span", { class: "no-portrait", "aria-hidden": "true" }),
        el("span", {}, el("b", {}, named(person.name)), " ", person.letter && key(person.letter), el("span", { class: "note" }, person.relation), el("span", { class: "note" }, tally(person))))))));
    for (const one of main.querySelectorAll(".changes")) one.disabled = frozen();
  };
  fill(main, el("h1", { tabindex: "-1" }, "The family"), place,
    el("p", { class: "row" }, button("Somebody new …", () => addPerson().then(put), { class: "changes" })));
  put();
  return { close() {}, keys: () => false, heard: put };
}

/** How many faces there are from month to month of the child's age. */
function overTime(months) {
  if (months.length < 2) return null;
  const by = new Map(months.map((month) => [month.months, month.faces]));
  const [first, last] = [months[0].months, months.at(-1).months];
  const most = months.reduce((one, other) => (other.faces > one.faces ? other : one));
  const sticks = Array.from({ length: last - first + 1 }, (_, place) => {
    const stick = el("i", {});
    stick.style.setProperty("--full", `${(100 * (by.get(first + place) ?? 0)) / most.faces}%`);
    return stick;
  });
  const at = (month) => (month === 0 ? "newborn" : age(month));
  return el("figure", { class: "over-time" },
    el("div", { class: "sticks", "aria-hidden": "true" }, sticks),
    el("figcaption", { class: "note" }, "Month by month of ", named(known.child), `’s age, from ${at(first)} to ${at(last)}; most faces, ${most.faces}, at ${at(most.months)}.`));
}

function one(main, id) {
  let order = "outliers";
  let listing = null;
  const head = el("div", {});
  const place = el("div", {});
  const put = () => {
    const person = find(id);
    if (!person) {
      fill(head, el("h1", { tabindex: "-1" }, "Nobody of that name"), el("p", {}, el("a", { href: "#people" }, "Everybody")));
      return;
    }
    fill(head,
      el("p", { class: "eyebrow" }, el("a", { href: "#people" }, "The family")),
      el("h1", { tabindex: "-1" }, named(person.name)),
      el("p", { class: "lead" }, `${person.relation} · ${tally(person)}`),
      el("p", { class: "row" },
        button("Rename …", () => renamePerson(find(id)), { class: "changes" }),
        button("Same person as …", async () => {
          const into = await mergePerson(find(id));
          if (into) location.hash = `#people/${into}`;
        }, { class: "changes" })));
    for (const item of head.querySelectorAll(".changes")) item.disabled = frozen() || (known.people.length < 2 && item.textContent.startsWith("Same"));
  };
  const odd = el("span", {});
  const time = el("div", {});
  const oddOnes = async () => {
    const { outliers, total, months } = shapes.personPage(await get(`api/person/${id}`));
    fill(time, overTime(months));
    odd.textContent = outliers.length < total
      ? `The ${outliers.length} of ${total.toLocaleString("en")} that are least like the others, the oddest first: if somebody else got in, look here first.`
      : "Least like the others first: if somebody else got in, look here first.";
    return { total: outliers.length, faces: outliers };
  };
  const list = () => {
    listing?.stop();
    listing = new Listing({
      label: "Faces of this person", person: find(id), query: { person: id, order: "oldest" },
      fetchPage: order === "outliers" ? oddOnes : null, size: "marks", caption: (face) => when(face, find(id)?.relation === "child"),
      empty: order === "outliers" ? "Nothing stands out." : "No faces yet. They come with the answers to the questions.",
    });
    const choice = (value, words) => {
      const input = el("input", { type: "radio", name: "order", value, on: { change: () => { order = value; list(); } } });
      input.checked = order === value;
      return el("label", {}, input, el("span", {}, words));
    };
    fill(place,
      el("div", { class: "bar" }, el("h2", {}, "Faces ", listing.total),
        el("fieldset", { class: "switch" }, el("legend", { class: "hidden" }, "In which order"), choice("outliers", "odd ones"), choice("time", "by date"))),
      el("p", { class: "note" }, order === "outliers" ? odd : "From the earliest to the latest.", " A question mark is a guess of the tracker’s."),
      listing.node);
    listing.read();
  };
  fill(main, head, time, place);
  put();
  if (find(id)) list();
  return {
    close: () => listing?.stop(),
    keys: (name) => listing?.keys(name) ?? false,
    heard: (what) => {
      put();
      if (find(id) && (!listing || what === "undone" || what === "focus")) list();
    },
  };
}

export const open = (main, id) => (id ? one(main, id) : everybody(main));
