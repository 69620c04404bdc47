// A list of faces that a view shows: read from the server, read again when answers change it.

import { get, Refused } from "./api.js";
import { chosenGrid } from "./chosen.js";
import { el, fill } from "./dom.js";
import { Pages } from "./grid.js";
import * as shapes from "./shapes.js";
import { plural } from "./words.js";

export class Listing {
  /** `query` is what /api/faces is asked; `empty` an element to show where nothing is found. */
  constructor({ label, query, person = null, empty = "Nothing here.", size = "" }) {
    Object.assign(this, { label, query, person, empty, size });
    this.node = el("div", { class: "listing" });
    this.total = el("span", { class: "quiet" });
  }

  async read() {
    try {
      const source = await Pages.open(async (offset, limit) => shapes.page(await get("/api/faces", { ...this.query, offset, limit })));
      if (this.gone) return;
      this.chosen?.stop();
      this.total.textContent = plural(source.total, "face");
      if (source.total === 0) {
        this.chosen = null;
        fill(this.node, this.empty instanceof Element ? this.empty : el("p", { class: "quiet" }, this.empty));
        return;
      }
      this.chosen = chosenGrid({ label: this.label, source, person: this.person, size: this.size, gone: () => this.read() });
      fill(this.node, this.chosen.node);
      this.chosen.start();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      fill(this.node, el("p", { class: "quiet", role: "alert" }, error.words));
    }
  }

  keys(name) {
    return this.chosen?.keys(name) ?? false;
  }

  stop() {
    this.gone = true;
    this.chosen?.stop();
  }
}
