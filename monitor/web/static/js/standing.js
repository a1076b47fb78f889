/** Pages of the past: within a running clinic, or by themselves over a read-only copy. */

import { Shell } from "./shell.js";

/**
 * What such a page needs of its surroundings; over a copy nobody acts and nothing is live.
 * @typedef {object} Ground
 * @property {import("./acts.js").Acts|null} acts
 * @property {{signedIn: boolean}} people
 */

/**
 * Put the page up.
 * @param {(ground: Ground) => import("./shell.js").Page} build
 */
export function stand(build) {
  if (document.body.dataset["copy"] === undefined) {
    new Shell(build);
    return;
  }
  const nothing = /** @type {import("./contract.js").Wall} */ (
    /** @type {unknown} */ ({ tiles: [], strip: [] })
  );
  build({ acts: null, people: { signedIn: true } }).draw(nothing);
}
