// The way to the report, and what it still lacks.

import { address } from "./api.js";
import { el, fill, named } from "./dom.js";
import { known } from "./store.js";
import { age, plural } from "./words.js";

export function open(main) {
  const place = el("div", {});
  const put = () => {
    const lacking = known.progress.filter((month) => month.needs > 0 && month.faces > 0);
    const ready = known.progress.filter((month) => month.faces > 0 && month.needs === 0).length;
    fill(place,
      el("p", { class: "lead" }, "What the photos say of whom ", known.child ? named(known.child) : "the child", " looks like, month by month, with what is not certain left uncertain. The father may bring a witness."),
      el("p", { class: "row" }, el("a", { class: "button first", href: address("report/"), target: "_blank", rel: "noopener" }, "Open the report")),
      el("p", { class: "note" }, "It is worked out when you open it: with many photos the first time takes a minute. It opens in a tab of its own."),
      known.progress.length > 0 && el("p", {}, `${plural(ready, "month")} can speak.`),
      lacking.length > 0 && el("h2", { class: "small" }, "Would like a few more days"),
      lacking.length > 0 && el("ul", { class: "plain" }, lacking.map((month) =>
        el("li", {}, el("a", { href: `#library/${month.months}` }, month.months === 0 ? "Newborn" : age(month.months)), `: ${plural(month.needs, "more day", "more days")}`))));
  };
  fill(main, el("h1", { tabindex: "-1" }, "The report"), place);
  put();
  return { close() {}, keys: () => false, heard: put };
}
