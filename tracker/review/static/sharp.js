// Faces as sharp as the screen can show them: the small picture at once, a larger one when it is cut.

import { cut } from "./api.js";

const ENOUGH = 150; // pixels of the screen up to which the small picture serves
const SIDES = [256, 512, 1024]; // as the server makes them

function larger(face, image) {
  const wanted = image.clientWidth * window.devicePixelRatio;
  return wanted <= ENOUGH ? null : cut(face, SIDES.find((side) => side >= wanted) ?? SIDES.at(-1));
}

/** Shows `face` larger in `image` as soon as it is there and `still()` shows it. */
export async function sharpen(image, face, still) {
  const address = larger(face, image);
  if (address === null || !still()) return;
  const large = new Image();
  large.fetchPriority = "low"; // the small ones of others first
  large.src = address;
  try {
    await large.decode();
  } catch {
    return; // the small one serves
  }
  if (still()) image.src = address;
}

/** Fetches what `sharpen` would show of the next faces in the same place. */
export function foresee(faces, image) {
  for (const face of faces) {
    const address = larger(face, image);
    if (address) Object.assign(new Image(), { fetchPriority: "low", src: address });
  }
}
