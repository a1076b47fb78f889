/** The wall as the last snapshot and all deltas since make it. */

/**
 * The wall after a delta; neither argument is changed.
 * @param {import("./contract.js").Wall} wall
 * @param {import("./contract.js").Delta} delta
 * @returns {import("./contract.js").Wall}
 */
export function merged(wall, delta) {
  const changed = new Map(delta.tiles.map((tile) => [tile.chair, tile]));
  const tiles = wall.tiles.map((tile) => changed.get(tile.chair) ?? tile);
  return { ...wall, ...delta, tiles };
}

/**
 * A clock text moved on by some milliseconds: the service's own time of day, between two deltas.
 * @param {string} clock "14:07:12"
 * @param {number} by_ms
 * @returns {string}
 */
export function moved(clock, by_ms) {
  const [hours, minutes, seconds] = clock.split(":").map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return clock;
  const day_s = 86_400;
  const at = (hours * 3_600 + minutes * 60 + seconds + Math.floor(by_ms / 1_000) + day_s) % day_s;
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${two(Math.floor(at / 3_600))}:${two(Math.floor(at / 60) % 60)}:${two(at % 60)}`;
}
