// All faces in one grid, however many there are.

import { el, fill } from "./dom.js";
import { photosMissing } from "./empty.js";
import { Listing } from "./listing.js";
import { known } from "./store.js";

const KINDS = [
  ["", "everyone"],
  ["unknown", "no name yet"],
  ["proposed", "perhaps"],
  ["confirmed", "confirmed"],
  ["rejected", "nobody you know"],
  ["ignored", "ignored"],
];

/** `kind` is a state of faces, or "" for all. */
export function open(main, kind = "") {
  const listing = new Listing({
    label: "Faces", query: { state: kind || null },
    empty: () => (known.counts.photos === 0 ? photosMissing() : el("p", { class: "quiet" }, "No faces of this kind.")),
  });
  fill(main,
    el("div", { class: "bar" }, el("h1", { tabindex: "-1" }, "Faces ", listing.total),
      el("nav", { class: "tabs", "aria-label": "Which faces" }, KINDS.map(([value, words]) =>
        el("a", { href: `#faces${value && `/${value}`}`, "aria-current": value === kind ? "page" : null }, words)))),
    listing.node);
  listing.read();
  return { close: () => listing.stop(), keys: (name) => listing.keys(name), heard: (what) => (what === "undone" || what === "focus" ? listing.read() : listing.chosen?.told()) };
}
