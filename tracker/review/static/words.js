// Small words: numbers, dates and certainty as people say them.

export const plural = (count, word, words = `${word}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? word : words}`;

const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July",
  "August", "September", "October", "November", "December",
];

const RECENT = 2; // years: a photo that is only known to be no newer than that has no date

/**
 * A date as people say it: "2024-03-09" as "9 March 2024", "2024-03" as "March 2024", "197X" as "the
 * 1970s", "2019/2021" as "2019 to 2021", "../1980" as "1980 or earlier"; "" for none.
 */
export function day(text) {
  const [from, to] = text.split("/");
  if (from === "..") return new Date().getFullYear() - parseInt(to, 10) < RECENT ? "" : `${day(to)} or earlier`;
  if (to) return `${day(from)} to ${day(to)}`;
  if (/^\d{2,3}X{1,2}$/.test(text)) return `the ${text.replaceAll("X", "0")}s`;
  const [, year, month, number] = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text) ?? [];
  return year && MONTHS[month - 1] ? [number && Number(number), MONTHS[month - 1], year].filter(Boolean).join(" ") : text;
}

/** An age in complete months: "newborn", "7 months", "2 years 1 month". */
export function age(months) {
  if (months === null || months === undefined || months < 0) return "";
  if (months === 0) return "newborn";
  const [years, rest] = [Math.floor(months / 12), months % 12];
  return [years && plural(years, "year"), rest && plural(rest, "month")].filter(Boolean).join(" ");
}

/** Of faces that cannot be somebody's. */
export const already = (count) => `${plural(count, "face")} ${count === 1 ? "was" : "were"} left out: nobody is in a photo twice.`;

/** How sure, without a number that nobody asked for. */
export function sure(chance) {
  if (chance === null || chance === undefined) return "";
  if (chance >= 0.99) return "as good as certain";
  if (chance >= 0.9) return "very likely";
  if (chance >= 0.7) return "likely";
  if (chance >= 0.4) return "perhaps";
  if (chance >= 0.1) return "possibly";
  return "a long shot";
}

/** A sentence's first letter large, and a full stop behind it if it has none. */
export function sentence(text) {
  const said = `${text ?? ""}`.trim();
  if (!said) return "";
  const started = said[0].toUpperCase() + said.slice(1);
  return /[.!?…]$/.test(started) ? started : `${started}.`;
}

/** "Anna", "Anna and Ben", "Anna, Ben and Rosa". */
export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
