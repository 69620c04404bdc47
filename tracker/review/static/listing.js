// A list of faces that a view shows: read from the server, read again when answers change it.

import { get, Refused } from "./api.js";
import { chosenGrid } from "./chosen.js";
import { el, fill } from "./dom.js";
import { Pages, whose } from "./grid.js";
import * as shapes from "./shapes.js";

export class Listing {
  /**
   * `query` is what api/faces is asked, or `fetchPage(offset, limit)` gives {total, faces};
   * `empty` a text, or a function that makes an element, to show where nothing is found.
   */
  constructor({ label, query = {}, fetchPage = null, person = null, empty = "Nothing here.", size = "", caption = whose }) {
    this.fetchPage = fetchPage ?? (async (offset, limit) => shapes.page(await get("api/faces", { ...query, offset, limit })));
    Object.assign(this, { label, person, empty, size, caption });
    this.node = el("div", { class: "listing" });
    this.total = el("span", { class: "quiet" });
  }

  async read() {
    try {
      const source = await Pages.open(this.fetchPage);
      if (this.gone) return;
      this.chosen?.stop();
      this.total.textContent = source.total.toLocaleString("en");
      if (source.total === 0) {
        this.chosen = null;
        fill(this.node, typeof this.empty === "function" ? this.empty() : el("p", { class: "quiet" }, this.empty));
        return;
      }
      this.chosen = chosenGrid({ label: this.label, source, person: this.person, size: this.size, caption: this.caption, gone: () => this.read() });
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
