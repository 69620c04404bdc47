// One sentence at a time, for eyes and for screen readers, about what just came of something.

const place = document.getElementById("said");
let clearing = 0;

/** Says `text`; a failure stays until the next sentence, anything else goes after a while. */
export function say(text, { failed = false } = {}) {
  clearTimeout(clearing);
  place.textContent = "";
  place.classList.toggle("failed", failed);
  // A live region is read out when its text changes: the same sentence twice must change it twice.
  requestAnimationFrame(() => {
    place.textContent = text;
  });
  if (!failed) clearing = setTimeout(() => { place.textContent = ""; }, 6000);
}
