// The questions that need a box of their own. <dialog> keeps the focus inside and gives it back.

import { get, picture, Refused } from "./api.js";
import { button, el, fill, key, named, typed } from "./dom.js";
import { keysOn, turnKeys } from "./keys.js";
import { say } from "./say.js";
import * as shapes from "./shapes.js";
import { change, frozen, known, refresh } from "./store.js";

/** Opens a box and resolves with what `close` was given, or null when it was shut. */
function box(title, build, { wide = false } = {}) {
  return new Promise((resolve) => {
    let result = null;
    const heading = el("h2", { id: `box-${performance.now() | 0}` }, title);
    const dialog = el("dialog", { "aria-labelledby": heading.id, class: wide ? "wide-box" : "" });
    const close = (value = null) => {
      result = value;
      dialog.close();
    };
    const shut = button("Close", () => close(), { class: "shut", "aria-label": `Close: ${heading.textContent}` });
    fill(dialog, el("div", { class: "box-top" }, heading, shut), build(close));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A form in a box: `send` gets its values; what the server says against them is shown in it. */
function form(title, fields, label, send, note = null) {
  return box(title, (close) => {
    const wrong = el("p", { class: "wrong", role: "alert" });
    const go = el("button", { type: "submit", class: "first" }, label);
    const made = el("form", { novalidate: true }, note, fields, wrong, el("p", { class: "row" }, go, button("Cancel", () => close())));
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      go.disabled = true;
      wrong.textContent = "";
      try {
        close(await send(Object.fromEntries(new FormData(made))) ?? true);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        wrong.textContent = error.here;
        made.querySelector("input, select")?.focus();
      } finally {
        go.disabled = false;
      }
    });
    return made;
  });
}

const field = (label, input, hint = "") =>
  el("p", { class: "field" }, el("label", {}, el("span", {}, label), input), hint && el("span", { class: "note" }, hint));

const relations = () => [...document.getElementById("relations").content.querySelectorAll("option")].map((one) => one.cloneNode(true));

/** Adds a person, whose `faces` (ids) are; resolves with their id, or null. `note` says what follows from it. */
export function addPerson(relation = "", { faces = [], note = null } = {}) {
  if (frozen()) return Promise.resolve(null);
  const child = known.people.every((one) => one.relation !== "child") && el("option", { value: "child" }, "child");
  const select = el("select", { name: "relation", required: true }, !relation && el("option", { value: "" }, "choose …"), child, relations());
  if (relation) select.value = relation;
  return form(
    "Somebody new",
    [
      field("Name", el("input", { name: "name", required: true, autocomplete: "off", maxlength: "200", autofocus: true })),
      field(`Who is that to ${known.child || "the child"}?`, select),
      field("Born (if you know)", el("input", { name: "born", autocomplete: "off", inputmode: "text" }), "2019-03-09, 2019-03 or 2019"),
      field("Sex (if the word above does not say)", el("select", { name: "sex" }, el("option", { value: "" }, "–"), el("option", { value: "f" }, "female"), el("option", { value: "m" }, "male"))),
    ],
    faces.length > 0 ? "Add, and name" : "Add",
    async (values) => {
      if (!values.relation) throw new Refused(400, `Say who that is to ${known.child || "the child"}.`, null);
      const who = { name: values.name, relation: values.relation, born: values.born || null, sex: values.sex || null };
      const made = await (faces.length > 0 ? change("api/split", { ...who, faces }) : change("api/people", who));
      await refresh();
      const added = shapes.added(made);
      say([`${added.name} is known now.`, ...added.warnings].join(" "));
      return added.id;
    },
    note && el("p", { class: "note" }, note),
  );
}

export const renamePerson = (person) =>
  form(
    `Another name for ${person.name}`,
    field("Name", el("input", { name: "name", value: person.name, required: true, autocomplete: "off", maxlength: "200", autofocus: true })),
    "Rename",
    async ({ name }) => {
      await change(`api/people/${person.id}/rename`, { name });
      await refresh();
      say(`${person.name} is called ${name} now.`);
    },
  );

export const mergePerson = (person) => {
  const others = known.people.filter((one) => one.id !== person.id);
  return form(
    `${person.name} is the same person as …`,
    field("Who?", el("select", { name: "into" }, others.map((one) => el("option", { value: one.id }, `${one.name} (${one.relation})`)))),
    "Make them one",
    async ({ into }) => {
      await change(`api/people/${person.id}/merge`, { into });
      await refresh();
      const other = others.find((one) => one.id === into);
      say(`${person.name} and ${other.name} are one person now: ${other.name}.`);
      return into;
    },
    el("p", { class: "note" }, `All faces of ${person.name} become the other's, and the name ${person.name} goes.`),
  );
};

/** Sets a photo's date in words of EDTF; the server knows what a date is. */
export const fixDate = (face) =>
  form(
    "When was this photo taken?",
    field(
      "Date",
      el("input", { name: "date", required: true, autocomplete: "off", maxlength: "100", autofocus: true }),
      "2024-03-09, 2024-03, 2024, 1984~ (about), 2019/2021 (between)",
    ),
    "Set the date",
    async ({ date }) => {
      await change("api/date", { photo: face.photo, date });
      await refresh();
      say("The date is set. It stays in the workspace; your photo is not written to.");
    },
    el("p", { class: "note" }, `Now: ${face.date || "no date"}.`),
  );

/** Asks who somebody is; resolves with {id, name} or null. Letters choose as they do elsewhere. */
export function whoIsIt(title, { without = null } = {}) {
  const people = known.people.filter((one) => one.id !== without);
  return box(title, (close) => {
    const list = el("div", { class: "answers" }, people.map((one) =>
      button([one.letter && keysOn() && key(one.letter), named(one.name), el("span", { class: "quiet" }, one.relation)], () => close(one), {
        "aria-keyshortcuts": one.letter || null,
      })));
    const other = button("Somebody new …", async () => {
      const id = await addPerson();
      if (id) close(known.people.find((one) => one.id === `${id}`) ?? null);
    });
    const all = el("div", {}, list, el("p", { class: "row" }, other));
    all.addEventListener("keydown", (event) => {
      if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey) return;
      const chosen = people.find((one) => one.letter && one.letter === event.key.toUpperCase());
      if (chosen) {
        event.preventDefault();
        close(chosen);
      }
    });
    return all;
  });
}

/** The whole photo, the face that is asked about outlined, its neighbours faintly. */
export function showPhoto(face, { onDate = () => {} } = {}) {
  return box("The whole photo", (close) => {
    const place = el("div", { class: "photo", "aria-busy": "true" });
    const about = el("p", { class: "quiet" }, describe(face));
    const image = el("img", { src: picture(face.photo), alt: `The whole photo: ${describe(face)}` });
    const outline = (box, kind) => {
      const ring = el("span", { class: `ring ${kind}`, "aria-hidden": "true" });
      const [left, top, right, bottom] = box;
      Object.assign(ring.style, {
        left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * (right - left)}%`, height: `${100 * (bottom - top)}%`,
      });
      return ring;
    };
    const frame = el("div", { class: "frame" }, image);
    image.addEventListener("load", () => place.removeAttribute("aria-busy"));
    image.addEventListener("error", async () => {
      place.removeAttribute("aria-busy");
      let words = "This photo cannot be shown just now.";
      try {
        await get(picture(face.photo));
      } catch (error) {
        if (error instanceof Refused) words = error.words;
      }
      fill(place, el("p", { class: "empty", role: "alert" }, words));
    });
    fill(place, frame);
    if (face.box) frame.append(outline(face.box, "asked"));
    const told = el("details", { hidden: true }, el("summary", {}, "What was said of this face"));
    get(`api/face/${face.id}`).then((raw) => {
      const { others, history } = shapes.detail(raw);
      for (const other of others) {
        if (!other.box) continue;
        const ring = outline(other.box, "beside");
        if (other.name) ring.append(el("span", { class: "tag" }, other.name));
        frame.append(ring);
      }
      told.hidden = history.length === 0;
      told.append(el("ul", { class: "plain note" }, history.map((line) => el("li", {}, line.undone ? el("s", {}, line.words) : line.words))));
    }, () => {});
    const date = button([key("D"), "Fix the date …"], async () => {
      if (await fixDate(face)) {
        close();
        onDate();
      }
    }, { class: "changes" });
    date.disabled = frozen();
    return el("div", {}, place, el("p", { class: "row" }, about, date), face.path && el("p", { class: "note" }, el("bdi", {}, face.path)), told);
  }, { wide: true });
}

function aged(age, child) {
  if (!age) return "";
  if (age === "before birth") return `${child} was not born yet`;
  if (age === "day of birth") return `the day ${child} was born`;
  return `${child} was ${/\d/.test(age) ? `${age} old` : age}`;
}

export const describe = (face) =>
  [
    face.date || "no date",
    aged(face.age, known.child || "the child"),
  ].filter(Boolean).join(" · ");

const KEYS = [
  ["Enter", "yes: the first of the names offered"],
  ["a letter", "it is the person whose button shows it"],
  ["N", "not this person"],
  ["U", "nobody I know"],
  ["I", "ignore: a statue, a poster, no face at all"],
  ["← →", "the question before, the next one, without answering"],
  ["Space", "in a group: leave a face out, or take it back in"],
  ["P", "the whole photo"],
  ["D", "fix the date"],
  ["+", "add somebody new"],
  ["Z or Ctrl Z", "undo"],
  ["?", "this"],
];

export function help() {
  return box("Keys", () => {
    const on = el("input", { type: "checkbox", on: { change: (event) => turnKeys(event.target.checked) } });
    on.checked = keysOn();
    return el("div", {},
      el("dl", { class: "keys" }, KEYS.map(([stroke, means]) => el("div", {}, el("dt", {}, stroke.split(" or ").map((one, place) => [place > 0 && " or ", el("kbd", {}, one)])), el("dd", {}, means)))),
      el("p", {}, el("label", { class: "tick" }, on, el("span", {}, "Single letters act at once (turn off if you speak to your computer)"))),
      el("p", { class: "note" }, "Nothing leaves this machine. Every answer can be taken back: the last first, then the one before, as far as regret goes. From a shell, ", typed("tracker faces"), " does the same."));
  });
}
