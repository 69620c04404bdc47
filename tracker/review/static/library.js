// The library by month of the child's age: what there is, where the gaps are, and a month's faces.

import { el, fill, named } from "./dom.js";
import { photosMissing } from "./empty.js";
import { Listing } from "./listing.js";
import { known } from "./store.js";
import { age, plural } from "./words.js";

const ORDER = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
  "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth"];

const says = (month) =>
  month.faces === 0
    ? month.photos > 0 ? `${plural(month.photos, "photo")}, none known to be of ${known.child}` : "no photos"
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
    bar, el("span", { class: "age" }, month.months === 0 ? "new" : `${month.months}`), el("span", { class: "days" }, month.faces > 0 ? `${month.days}` : month.photos > 0 ? "?" : "–")));
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

/** `at` is a month of age as text, or "" for the whole library. */
export function open(main, at) {
  const here = at === "" || at === undefined ? null : Number(at);
  let listing = null;
  const line = el("div", {});
  const put = () => {
    if (known.progress.length === 0) {
      fill(line, known.counts.photos === 0 ? photosMissing() : el("p", { class: "quiet" }, "No photo of ", known.child ? named(known.child) : "the child", " has a date and a name yet. Answer a few questions first."));
      return;
    }
    const gaps = known.progress.filter((month) => month.faces === 0).length;
    const short = known.progress.filter((month) => month.faces > 0 && month.needs > 0).length;
    fill(line,
      el("p", { class: "lead" }, `${plural(known.progress.length - gaps, "month")} with photos, ${gaps === 0 ? "no gap" : plural(gaps, "gap")}, ${short === 0 ? "none too thin" : `${short} with too few days`}. Below each: on how many days.`),
      years(known.progress, here));
  };
  fill(main, el("h1", { tabindex: "-1" }, "Month by month"), line);
  put();
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
