/** Ribbons of time above and below the charts: phases, alarms, data quality. */

import { LEFT_PX, RIGHT_PX } from "./chart.js";
import { make, mark } from "./dom.js";

const GAP_MS = 10_000;
const FLAWS = ["", "questionable", "invalid"];

/** @typedef {{from_ms: number, to_ms: number, kind: string, text: string, title?: string}} Piece */
/** @typedef {import("./chart.js").Span} Span */

/**
 * One row: a name on the left, pieces on the time axis of the charts.
 * @param {string} name
 * @param {Piece[]} pieces
 * @param {Span} span
 * @param {string} className
 * @returns {HTMLElement}
 */
export function ribbon(name, pieces, span, className) {
  const track = make("div", "track");
  track.style.left = `${LEFT_PX}px`;
  track.style.right = `${RIGHT_PX}px`;
  const length_ms = span.to_ms - span.from_ms;
  const part = (/** @type {number} */ ms) =>
    `${(100 * (Math.min(Math.max(ms, span.from_ms), span.to_ms) - span.from_ms)) / length_ms}%`;
  for (const piece of pieces) {
    if (piece.to_ms < span.from_ms || piece.from_ms > span.to_ms) continue;
    const block = make("span", "piece", piece.text);
    block.title = piece.title ?? piece.text;
    mark(block, "kind", piece.kind);
    block.style.left = part(piece.from_ms);
    block.style.width = `calc(${part(piece.to_ms)} - ${part(piece.from_ms)})`;
    track.append(block);
  }
  return make("div", `ribbon ${className}`, [make("span", "ribbon-name", name), track]);
}

/**
 * Where a series is not to be trusted: gaps, questionable and invalid stretches.
 * @param {import("./contract.js").Series|undefined} series
 * @param {Span} span
 * @returns {Piece[]}
 */
export function flaws(series, span) {
  const times = series?.at_ms ?? [];
  if (!times.length) return [{ ...span, kind: "gap", text: "" }];
  /** @type {Piece[]} */
  const pieces = [];
  let last_ms = span.from_ms;
  times.forEach((at_ms, place) => {
    if (at_ms - last_ms > GAP_MS) {
      pieces.push({ from_ms: last_ms, to_ms: at_ms, kind: "gap", text: "" });
    }
    const kind = FLAWS[series?.quality?.[place] ?? 0] ?? "";
    if (kind) lengthen(pieces, kind, Math.max(last_ms, at_ms - GAP_MS), at_ms);
    last_ms = at_ms;
  });
  if (span.to_ms - last_ms > GAP_MS) {
    pieces.push({ from_ms: last_ms, to_ms: span.to_ms, kind: "gap", text: "" });
  }
  return pieces;
}

/**
 * @param {Piece[]} pieces
 * @param {string} kind
 * @param {number} from_ms
 * @param {number} to_ms
 */
function lengthen(pieces, kind, from_ms, to_ms) {
  const last = pieces.at(-1);
  if (last && last.kind === kind && last.to_ms >= from_ms) last.to_ms = to_ms;
  else pieces.push({ from_ms, to_ms, kind, text: "" });
}
