// A grid of faces, of which only those on the screen exist. Ten thousand scroll like ten.

import { thumbnail } from "./api.js";
import { el } from "./dom.js";
import { sharpen } from "./sharp.js";

const AHEAD = 3; // rows kept ready above and below the screen
const PAGE = 200; // faces asked for at once
const LEAST = 60; // of a group at once
const CALMER = 150; // ms after which what is on the screen is shown sharper
const FAST = 2.5; // px/ms of scrolling beyond which pictures wait until it slows down
const CALM = 90; // ms without scrolling after which they are fetched

/** Faces whose ids are known; those that are not here are fetched when they are wanted. `fetchThese(ids)` gives them in any order. */
export class Group {
  constructor(faces, more, fetchThese) {
    this.ids = [...faces.map((face) => face.id), ...more];
    this.here = new Map(faces.map((face) => [face.id, face]));
    this.fetchThese = fetchThese;
    this.asked = new Set(this.here.keys());
    this.arrived = () => {};
  }

  get total() {
    return this.ids.length;
  }

  at(place) {
    return this.here.get(this.ids[place]);
  }

  want(from, to) {
    const missing = this.ids.slice(from, Math.max(to, from + LEAST)).filter((id) => !this.asked.has(id)).slice(0, PAGE);
    if (missing.length === 0) return;
    missing.forEach((id) => this.asked.add(id));
    this.fetchThese(missing).then(
      (faces) => {
        faces.forEach((face) => this.here.set(face.id, face));
        this.arrived(faces);
      },
      () => missing.forEach((id) => this.asked.delete(id)),
    );
  }
}

/** Faces that come in pages, when they are wanted. `fetchPage(offset, limit)` gives {total, faces}. */
export class Pages {
  constructor(fetchPage, first) {
    this.fetchPage = fetchPage;
    this.total = first.total;
    this.here = new Map(first.faces.map((face, place) => [place, face]));
    this.asked = new Set([0]);
    this.arrived = () => {};
  }

  static async open(fetchPage) {
    return new Pages(fetchPage, await fetchPage(0, PAGE));
  }

  at(place) {
    return this.here.get(place);
  }

  want(from, to) {
    for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE); page += 1) {
      if (this.asked.has(page) || page * PAGE >= this.total) continue;
      this.asked.add(page);
      this.fetchPage(page * PAGE, PAGE).then(
        ({ faces }) => {
          faces.forEach((face, place) => this.here.set(page * PAGE + place, face));
          this.arrived();
        },
        () => this.asked.delete(page),
      );
    }
  }
}

const UNNAMED = { rejected: "nobody you know", ignored: "ignored", unrelated: "somebody unrelated" };

/** What a face's picture is called. */
export function called(face) {
  return [whose(face), face.date || "no date"].join(", ");
}

/** Whose a face is, in the few words that fit below it. */
export const whose = (face) => (face.name ? (face.state === "confirmed" ? face.name : `perhaps ${face.name}`) : UNNAMED[face.state] ?? "no name yet");

/** When a face was photographed: by the child's age, where it is the child's. */
export const when = (face, ofChild) => (ofChild && face.age && face.age !== "before birth" ? face.age : face.date || "no date");

export class FaceGrid {
  /**
   * `caption(face)` is what stands below it. `sharp`: they are looked at one by one, larger than their small pictures, and `seen` are those that were on the screen. `label` is the list's name; `chosen` the ids that are chosen at first;
   * `onchoice(grid)` hears of every change, `onopen(face)` of a wish to see the photo.
   */
  constructor({ label, source, chosen = [], onchoice = () => {}, onopen = () => {}, size = "", single = false, caption = whose, sharp = false }) {
    this.source = source;
    this.onchoice = onchoice;
    this.onopen = onopen;
    this.single = single;
    this.caption = caption;
    this.seen = new Set();
    this.sharp = sharp;
    this.chosen = new Set(chosen);
    this.cells = new Map();
    this.spare = [];
    this.current = 0;
    this.node = el("div", {
      class: `grid ${size}`, role: "listbox", "aria-label": label, "aria-multiselectable": single ? "false" : "true",
      on: {
        click: (event) => this.clicked(event),
        dblclick: (event) => this.opened(event),
        keydown: (event) => this.typed(event),
      },
    });
    if (sharp) {
      const looked = () => this.columns && this.sharp && this.look(this.node.getBoundingClientRect().top);
      for (const kind of ["load", "error"]) this.node.addEventListener(kind, looked, true);
    }
    if (source.total === 0) this.node.setAttribute("role", "presentation");
    source.arrived = () => {
      this.draw(true);
      this.onchoice(this);
    };
    this.onscroll = () => this.scrolled();
    this.watcher = new ResizeObserver(() => this.measure());
  }

  /** Call once the node is in the page. */
  start() {
    document.addEventListener("scroll", this.onscroll, { passive: true, capture: true });
    this.watcher.observe(this.node);
    this.measure();
  }

  stop() {
    document.removeEventListener("scroll", this.onscroll, { capture: true });
    this.watcher.disconnect();
    clearTimeout(this.calming);
    clearTimeout(this.sharpening);
    this.sharp = false;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  get total() {
    return this.source.total;
  }

  get selection() {
    return [...this.chosen];
  }

  faceOf(id) {
    for (let place = 0; place < this.total; place += 1) if (this.source.at(place)?.id === id) return this.source.at(place);
    return null;
  }

  get focused() {
    return this.source.at(this.current) ?? null;
  }

  choose(ids) {
    this.chosen = new Set(ids);
    this.draw(true);
    this.onchoice(this);
  }

  measure() {
    const width = this.node.clientWidth;
    if (!width) return;
    const style = getComputedStyle(this.node);
    const wanted = parseFloat(style.getPropertyValue("--cell")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const gap = 6;
    this.columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
    this.wide = Math.floor((width + gap) / this.columns) - gap;
    if (this.total < this.columns) this.wide = Math.min(this.wide, Math.floor(wanted * 1.15));
    const caption = 1.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.tall = this.wide + caption;
    this.stepX = this.wide + gap;
    this.stepY = this.tall + gap;
    this.rows = Math.ceil(this.total / this.columns);
    this.node.style.height = `${Math.max(0, this.rows * this.stepY - gap)}px`;
    this.node.style.setProperty("--wide", `${this.wide}px`);
    this.node.style.setProperty("--tall", `${this.tall}px`);
    for (const cell of this.cells.values()) cell.remove();
    this.cells.clear();
    this.spare = [];
    this.draw(true);
  }

  scrolled() {
    if (this.frame) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      const { top } = this.node.getBoundingClientRect();
      const speed = this.last ? Math.abs(top - this.last.top) / Math.max(1, now - this.last.now) : 0;
      this.last = { top, now };
      this.hurried = speed > FAST;
      this.draw();
      clearTimeout(this.calming);
      this.calming = setTimeout(() => {
        this.hurried = false;
        this.draw(true);
      }, CALM);
    });
  }

  /** Puts the cells of the rows on the screen in their places; `anew` fills those already there again. */
  draw(anew = false) {
    if (!this.columns) return;
    const top = this.node.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / this.stepY) - AHEAD);
    const last = Math.min(this.rows - 1, Math.ceil((window.innerHeight - top) / this.stepY) + AHEAD);
    const from = first * this.columns;
    const to = Math.min(this.total, (last + 1) * this.columns);
    for (const [place, cell] of this.cells) {
      if ((place < from || place >= to) && cell !== document.activeElement) {
        this.cells.delete(place);
        this.spare.push(cell);
      }
    }
    for (let place = from; place < to; place += 1) {
      const cell = this.cells.get(place);
      if (cell === undefined) this.place(this.spare.pop() ?? this.cell(), place);
      else if (anew) this.dress(cell, place);
    }
    for (const cell of this.spare) if (cell.isConnected) cell.hidden = true;
    this.source.want(from, to);
    if (this.sharp) {
      this.look(top);
      clearTimeout(this.sharpening);
      this.sharpening = setTimeout(() => this.sharpen(), CALMER);
    }
  }

  /** Notes what is to be seen: of a cell at least half, once its picture is there, and not while it rushes past. */
  look(top) {
    if (this.hurried) return;
    const around = this.node.parentElement?.getBoundingClientRect() ?? { top: 0, bottom: window.innerHeight };
    const first = Math.round((Math.max(0, around.top) - top) / this.stepY);
    const last = Math.round((Math.min(window.innerHeight, around.bottom) - top) / this.stepY);
    const before = this.seen.size;
    for (let place = Math.max(0, first) * this.columns; place < Math.min(this.total, last * this.columns); place += 1) {
      const face = this.source.at(place);
      const cell = this.cells.get(place);
      if (face && cell?.dataset.face === face.id && cell.firstChild.complete) this.seen.add(face.id);
    }
    if (this.seen.size !== before) this.onchoice(this);
  }

  /** What is on the screen, one after the other: the photos are read for it. */
  async sharpen() {
    const round = this.sharpening;
    for (const [place, cell] of [...this.cells].sort(([one], [other]) => one - other)) {
      const { top, bottom } = cell.getBoundingClientRect();
      const face = this.source.at(place);
      if (!face || bottom < 0 || top > window.innerHeight || cell.dataset.sharp === face.id) continue;
      cell.dataset.sharp = face.id;
      await sharpen(cell.firstChild, face, () => this.sharp && cell.dataset.face === face.id);
      if (!this.sharp || round !== this.sharpening) return;
    }
  }

  cell() {
    const cell = el("div", { class: "cell", role: "option" }, el("img", { alt: "", decoding: "async" }), el("span", { class: "under", "aria-hidden": "true" }));
    this.node.append(cell);
    return cell;
  }

  place(cell, place) {
    cell.hidden = false;
    cell.style.transform = `translate(${(place % this.columns) * this.stepX}px, ${Math.floor(place / this.columns) * this.stepY}px)`;
    cell.dataset.place = place;
    cell.firstChild.removeAttribute("src");
    cell.dataset.face = cell.dataset.sharp = "";
    this.cells.set(place, cell);
    this.dress(cell, place);
  }

  dress(cell, place) {
    const face = this.source.at(place);
    cell.tabIndex = place === this.current ? 0 : -1;
    cell.setAttribute("aria-setsize", this.total);
    cell.setAttribute("aria-posinset", place + 1);
    if (this.single && place < 9) cell.dataset.number = place + 1;
    const chosen = face !== undefined && this.chosen.has(face.id);
    cell.setAttribute("aria-selected", chosen ? "true" : "false");
    if (face === undefined) {
      cell.setAttribute("aria-label", "not here yet");
      return;
    }
    if (cell.dataset.face !== face.id) {
      if (this.hurried) {
        cell.dataset.face = "";
        cell.firstChild.removeAttribute("src");
      } else {
        cell.dataset.face = face.id;
        cell.firstChild.src = thumbnail(face);
      }
      cell.setAttribute("aria-label", called(face));
      cell.lastChild.textContent = this.caption(face);
      cell.dataset.state = face.state;
    }
  }

  placeOf(event) {
    const cell = event.target.closest?.(".cell");
    return cell ? Number(cell.dataset.place) : null;
  }

  clicked(event) {
    const place = this.placeOf(event);
    if (place === null) return;
    if (event.shiftKey && !this.single && this.anchor !== undefined) {
      const [from, to] = [Math.min(place, this.anchor), Math.max(place, this.anchor)];
      for (let between = from; between <= to; between += 1) {
        const face = this.source.at(between);
        if (face) this.chosen.add(face.id);
      }
      this.draw(true);
      this.onchoice(this);
    } else this.toggle(place);
    this.focus(place, { preventScroll: true }); // what was clicked is on the screen
  }

  opened(event) {
    const face = this.source.at(this.placeOf(event));
    if (face) this.onopen(face);
  }

  toggle(place) {
    const face = this.source.at(place);
    if (!face) return;
    const had = this.chosen.delete(face.id);
    if (this.single) this.chosen.clear();
    if (!had) this.chosen.add(face.id);
    this.anchor = place;
    this.draw(true);
    this.onchoice(this);
  }

  focus(place, how = {}) {
    const was = this.cells.get(this.current);
    if (was) was.tabIndex = -1;
    this.current = place;
    // A cell that is not on the screen is made first, so that the browser can scroll to it.
    if (!this.cells.has(place)) this.place(this.spare.pop() ?? this.cell(), place);
    const cell = this.cells.get(place);
    cell.tabIndex = 0;
    cell.focus(how);
  }

  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.total - 1;
    const page = Math.max(1, Math.floor(window.innerHeight / this.stepY) - 1) * this.columns;
    const step = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns,
      PageDown: page, PageUp: -page, Home: -last, End: last,
    }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = this.current + step;
      if (Math.abs(step) === this.columns && (next < 0 || next > last)) return;
      this.focus(Math.max(0, Math.min(last, next)));
    } else if (event.key === " ") {
      event.preventDefault();
      this.toggle(this.current);
    }
  }
}
