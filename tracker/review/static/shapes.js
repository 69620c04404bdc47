// What the server sends, in the words this page uses. Field names are looked at here and nowhere else.

import { day } from "./words.js";

const text = (id) => (id === null || id === undefined ? null : `${id}`);

/** A face. `box` is left, top, right, bottom as shares of its photo; `state` "" where nothing is said of it. */
export const face = (raw) => ({
  id: `${raw.id}`,
  photo: text(raw.photo),
  box: raw.box ?? null,
  date: day(raw.date ?? ""),
  age: raw.age ?? "",
  months: raw.age_months ?? null,
  person: text(raw.person),
  name: raw.name ?? "",
  state: raw.state ?? "",
  chance: raw.chance ?? null,
  path: raw.path ?? "",
});

const candidate = (raw) => ({ id: text(raw.person), name: raw.name, chance: raw.chance ?? null, why: raw.why ?? "" });

/** A question. `more` are ids of faces it is about as well; `unborn` ids of those photographed before somebody's birth, by person. */
export const question = (raw) => {
  const faces = (raw.faces ?? []).map(face);
  const shown = new Set(faces.map((one) => one.id));
  return {
    id: text(raw.id) ?? [...shown].join(","),
    kind: raw.kind,
    faces,
    more: (raw.all_faces ?? []).map(String).filter((id) => !shown.has(id)),
    person: text(raw.person),
    candidates: (raw.candidates ?? []).map(candidate),
    words: raw.words ?? "",
    why: raw.why ?? "",
    unborn: raw.unborn ?? {},
  };
};

// Letters that mean something else here name nobody.
const free = (letter) => ("NUIPZD".includes(letter) ? "" : letter);

export const person = (raw) => ({
  id: text(raw.id),
  name: raw.name,
  relation: raw.relation,
  letter: free((raw.letter ?? "").toUpperCase()),
  born: raw.born ?? "",
  confirmed: raw.confirmed ?? 0,
  proposed: raw.proposed ?? 0,
  days: raw.photo_days ?? 0,
  portrait: raw.portrait ?? null,
});

/** A month of age. `faces` and `days` are the child's; `open` faces of anybody that have no name. */
export const month = (raw) => ({
  months: raw.age_months,
  label: raw.label ?? "",
  faces: raw.child_faces ?? 0,
  days: raw.photo_days ?? 0,
  needs: raw.needs_days ?? 0,
  photos: raw.photos ?? 0,
  open: raw.open_faces ?? 0,
});

export const state = (raw) => ({
  child: raw.child ?? "",
  people: (raw.people ?? []).map(person),
  progress: (raw.progress ?? []).map(month),
  counts: raw.counts ?? {},
  undo: raw.undo?.words ?? null,
  undoId: text(raw.undo?.id),
  words: raw.words ?? "",
  held: raw.read_only ?? null,
});

/** How many photos are in no month of age: without a date, dated too roughly, from before the birth. */
export const outside = (raw) => ({ undated: raw.undated ?? 0, rough: raw.rough ?? 0, before: raw.before_birth ?? 0 });

/** One person's page: the faces that are least like the others, how many there are in all, and how many in each month of the child's age. */
export const personPage = (raw) => ({
  outliers: (raw.outliers ?? []).map(face),
  total: raw.total ?? 0,
  months: (raw.months ?? []).map((one) => ({ months: one.age_months, faces: one.faces })),
});

/** A face's page: who else is in the photo, and all that was said of it. */
export const detail = (raw) => ({
  face: face(raw),
  others: (raw.others ?? []).map(face),
  history: (raw.history ?? []).map((line) => ({ words: line.words, undone: Boolean(line.undone) })),
});

/** Somebody who was added, and what to know about it. */
export const added = (raw) => ({ id: text(raw.person.id), name: raw.person.name, warnings: raw.warnings ?? [] });

/** The ids of faces that were not made somebody's after all: that person is in their photo already. */
export const leftOut = (raw) => (raw.left_out ?? []).map(String);

/** The number of what was decided, by which it can be taken back; null where none was given. */
export const batch = (raw) => (raw?.words === undefined ? null : text(raw.id));

/** What was taken back, and of which faces. */
export const undone = (raw) => ({ words: raw?.undone ?? null, faces: (raw?.faces ?? []).map(String) });

export const page = (raw) => ({ total: raw.total ?? raw.faces.length, faces: raw.faces.map(face) });
