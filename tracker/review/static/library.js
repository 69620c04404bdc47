// The library by month of the child's age: what there is, where the gaps are, and a month's faces.

import { get } from "./api.js";
import { el, fill, named } from "./dom.js";
import { photosMissing } from "./empty.js";
import { Listing } from "./listing.js";
import * as shapes from "./shapes.js";
import { known } from "./store.js";
import { age, plural } from "./words.js";

const ORDER = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
  "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth"];

const says = (month) =>
  month.faces === 0
    ? month.photos > 0 ? `${plural(month.photos, "photo")}, none known to show ${known.child}` : "no photos"
    : `${plural(month.faces, "face")} on ${plural(month.days, "day")}${month.needs > 0 ? `, needs ${plural(month.needs, "more day", "more days")}` : ""}`;

function tile(month, most, here) {
  const bar = el("span", { class: "stick", "aria-hidden": "true" });
  bar.style.setProperty("--full", `${Math.max(month.faces > 0 ? 6 : 0, (100 * month.days) / most)}%`);
  return el("li", {},
    el("a", {
      href: `#library/${month.months}`, class: `month ${month.faces === 0 ? "gap" : month.needs > 0 ? "short" : ""}`,
      "aria-current": month.months === here ? "true" : null,
      "aria-label": `${month.months === 0 ? "Newborn" : age(month.months)}: ${says(month)}`,
    },
    bar, el("span", { class: "age" }, month.months === 0 ? "born" : `${month.months}`), el("span", { class: "days" }, month.faces > 0 ? plural(month.days, "day") : month.photos > 0 ? "whose?" : "–")));
}

function years(months, here) {
  const most = Math.max(1, ...months.map((month) => month.days));
  const by = new Map();
  for (const month of months) {
    const year = Math.floor(month.months / 12);
    by.set(year, [...(by.get(year) ?? []), month]);
  }
  return [...by].map(([year, of]) =>
    el("section", { class: "year", "aria-labelledby": `year-${year}` },
      el("h2", { class: "small", id: `year-${year}` }, ORDER[year] ? `${ORDER[year]} year` : `Year ${year + 1}`),
      el("ol", { class: "months" }, of.map((month) => tile(month, most, here)))));
}

const OUTSIDE = {
  undated: { words: "without a date", title: "Without a date", about: "Look at one (P) and say when it was taken, as roughly as you know." },
  rough: { words: "dated roughly", title: "Dated roughly", about: "Their month cannot be told. A closer date (P, then D) brings them into one." },
  before: { words: "from before the birth", title: "From before the birth", about: "What the grown-ups looked like before they slept less." },
};

/** `at` is a month of age as text, one of OUTSIDE, or "" for the whole library. */
export function open(main, at) {
  const here = at === "" || at === undefined ? null : Number(at);
  let listing = null;
  const line = el("div", {});
  const put = () => {
    if (known.progress.length === 0) {
      fill(line, known.counts.photos === 0 ? photosMissing() : el("p", { class: "quiet" }, "No photo of ", known.child ? named(known.child) : "the child", " has a date and a name yet. Answer a few questions first."));
      return;
    }
    const count = (holds) => known.progress.filter(holds).length;
    const said = [
      [count((month) => month.faces > 0 && month.needs === 0), "with enough days"],
      [count((month) => month.faces > 0 && month.needs > 0), "with too few days"],
      [count((month) => month.faces === 0 && month.photos > 0), ["with photos, but nobody said which faces are ", named(known.child), "’s"]],
      [count((month) => month.photos === 0), "without photos"],
    ].filter(([months]) => months > 0);
    fill(line,
      el("p", { class: "lead" }, "On how many days there are photos of ", named(known.child), ", month by month of age. ",
        said.length === 1 && count((month) => month.needs === 0) > 0 ? "Every month has enough." : [said.map(([months, words], place) => [place > 0 && ", ", `${months} `, words]), "."]),
      years(known.progress, here));
  };
  const rest = el("p", { class: "row" });
  fill(main, el("h1", { tabindex: "-1" }, "Month by month"), line, rest);
  put();
  get("api/library").then((raw) => {
    const outside = shapes.outside(raw);
    fill(rest, Object.entries(OUTSIDE).map(([kind, { words }]) => outside[kind] > 0 &&
      el("a", { class: "button", href: `#library/${kind}`, "aria-current": kind === at ? "true" : null }, `${plural(outside[kind], "photo")} ${words}`)));
  }, () => {});
  if (OUTSIDE[at]) {
    listing = new Listing({ label: "Faces of these photos", query: { outside: at }, empty: "None any more." });
    main.append(el("section", { class: "of-month", "aria-labelledby": "of-month" },
      el("h2", { id: "of-month" }, OUTSIDE[at].title, " ", listing.total), el("p", { class: "lead" }, OUTSIDE[at].about), listing.node));
    listing.read().then(() => document.getElementById("of-month")?.scrollIntoView({ block: "nearest" }));
  }
  if (here !== null && Number.isInteger(here)) {
    listing = new Listing({
      label: `Faces of the month`, query: { month: here },
      empty: "No photos in this month. Perhaps they sleep on an old phone.",
    });
    const month = known.progress.find((one) => one.months === here);
    main.append(el("section", { class: "of-month", "aria-labelledby": "of-month" },
      el("h2", { id: "of-month" }, here === 0 ? "Newborn" : age(here), " ", listing.total),
      month && month.needs > 0 && el("p", { class: "lead" }, `This month needs ${plural(month.needs, "more day", "more days")} with photos to count.`),
      el("p", { class: "row" },
        here > 0 && el("a", { class: "button", href: `#library/${here - 1}` }, "Month before"),
        el("a", { class: "button", href: `#library/${here + 1}` }, "Month after")),
      listing.node));
    listing.read().then(() => document.getElementById("of-month")?.scrollIntoView({ block: "nearest" }));
  }
  return { close: () => listing?.stop(), keys: (name) => listing?.keys(name) ?? false, heard: (what) => (what === "undone" || what === "focus" ? listing?.read() : null, put()) };
}
