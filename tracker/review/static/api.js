// The only place that talks to the server, which is this machine.

/** What the server would not do: its sentence, and what to do about it. */
export class Refused extends Error {
  constructor(status, error, hint) {
    super(error);
    this.status = status;
    this.hint = hint;
  }

  get words() {
    return [this.message, this.hint].filter(Boolean).join(" ");
  }

  /** The same without what is only to be done in a shell: for what this page can do itself. */
  get here() {
    return /\btracker [a-z]|--[a-z]/.test(this.hint ?? "") ? this.message : this.words;
  }

  /** True where another process holds the workspace, so that waiting helps. */
  get busy() {
    return this.status === 423 || this.status === 503;
  }
}

const HOME = new URL("../", import.meta.url);

/** An address of this page, wherever it is. */
export const address = (path) => new URL(path, HOME).href;

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(address(path), { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Refused(0, "The page has lost its server.", "Is `tracker review` still running in its terminal?");
  }
  let told = null;
  try {
    told = await answer.json();
  } catch {
    told = null;
  }
  if (answer.ok) return told;
  const lost = answer.status === 401 || answer.status === 403 || answer.status === 404;
  throw new Refused(
    answer.status,
    told?.error ?? (lost ? "The server does not know this page any more." : "The server could not do that."),
    told?.hint ?? (lost && !told ? "Open the address that `tracker review` printed last." : ""),
  );
}

let child = null;

/** Whose months are asked about from now on: a child's id. */
export const askAbout = (id) => {
  child = id;
};

export const get = (path, query = {}) => {
  const asked = new URLSearchParams(
    Object.entries({ ...query, child }).filter(([, value]) => value !== null && value !== undefined && value !== ""),
  ).toString();
  return ask(asked ? `${path}?${asked}` : path);
};

export const post = (path, body = {}) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Tracker": "1" },
    body: JSON.stringify(body),
  });

export const thumbnail = (face) => address(`thumb/${face.id}.jpg`);
export const cut = (face, side) => address(`face/${face.id}.jpg?size=${side}`);
export const picture = (photo) => address(`photo/${photo}.jpg?size=1600`);
