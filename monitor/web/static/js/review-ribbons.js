/** What stands above and below the charts of a review, on their time axis. */

import { heart } from "./chart.js";
import { flaws, ribbon } from "./ribbon.js";

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */
/** @typedef {import("./contract-review.js").Figures} Figures */
/** @typedef {import("./chart.js").Span} Span */
/** @typedef {import("./ribbon.js").Piece} Piece */

/** @type {[import("./contract.js").Priority, string, string][]} */
const PRIORITY_ROWS = [
  ["HIGH", "!!!", "HIGH alarms"],
  ["MEDIUM", "!!", "MEDIUM alarms"],
  ["LOW", "!", "LOW alarms"],
];
/** A cell with a number needs so many pixels; fewer are drawn where there is less room. */
const CELL_PX = 30;

/**
 * Events, the infusion with its pauses, and the phases.
 * @param {Reviewed} seen
 * @param {Span} span
 */
export function above(seen, span) {
  return [
    ribbon("events", eventPieces(seen, span), span, "event-ribbon"),
    ribbon("pump", pumpPieces(seen, span), span, "pump-ribbon"),
    ribbon("phase", phasePieces(seen, span), span, "phase-ribbon"),
  ];
}

/**
 * Respiration and sedation in cells, alarms by priority, and what is not to be trusted.
 * @param {Reviewed} seen
 * @param {Figures} figures
 * @param {Span} span
 * @param {number} width_px
 */
export function below(seen, figures, span, width_px) {
  const cells = shownCells(figures, span, width_px);
  return [
    ribbon("RR", cellPieces(cells, "rr", "RR"), span, "cell-ribbon"),
    ribbon("sedat.", cellPieces(cells, "sedation", "MOAA/S"), span, "cell-ribbon"),
    ...PRIORITY_ROWS.map(([priority, marks]) =>
      ribbon(marks, alarmPieces(seen, priority, span), span, "alarm-ribbon"),
    ),
    ribbon("HR", quality(seen, heart(seen.series), ["HR", "PR"], span), span, "quality-ribbon"),
    ribbon("SpO2", quality(seen, seen.series.SpO2, ["SpO2"], span), span, "quality-ribbon"),
    ribbon("BP", cuffPieces(seen, span), span, "quality-ribbon"),
  ];
}

/**
 * @param {Reviewed} seen
 * @param {Span} span
 * @returns {Piece[]}
 */
function eventPieces(seen, span) {
  const shown = seen.events.filter((one) => one.at_ms >= span.from_ms && one.at_ms <= span.to_ms);
  return shown.map((one, place) => ({
    from_ms: one.at_ms,
    to_ms: shown[place + 1]?.at_ms ?? span.to_ms,
    kind: "event",
    text: `${one.text} ${one.time}${one.manual ? " M" : ""}`,
  }));
}

/**
 * @param {Reviewed} seen
 * @param {Span} span
 * @returns {Piece[]}
 */
function pumpPieces(seen, span) {
  const runs = seen.infusion.runs;
  return runs.flatMap((run, place) => {
    const to_ms = run.to_ms ?? span.to_ms;
    const piece = { from_ms: run.from_ms, to_ms, kind: "run", text: run.rate || "infusion" };
    const next_ms = runs[place + 1]?.from_ms ?? to_ms;
    const pause = { from_ms: to_ms, to_ms: next_ms, kind: "pause", text: "pause" };
    return next_ms > to_ms ? [piece, pause] : [piece];
  });
}

/**
 * @param {Reviewed} seen
 * @param {Span} span
 */
function phasePieces(seen, span) {
  return seen.phases.map((one) => ({
    from_ms: one.from_ms,
    to_ms: one.to_ms ?? span.to_ms,
    kind: one.phase,
    text: `${one.phase} ${one.time}`,
  }));
}

/**
 * Every cell, or every second, third ... where the whole row would be too narrow.
 * @param {Figures} figures
 * @param {Span} span
 * @param {number} width_px
 */
function shownCells(figures, span, width_px) {
  const px = (width_px * figures.cell_ms) / (span.to_ms - span.from_ms);
  const each = Math.max(1, Math.ceil(CELL_PX / Math.max(px, 0.1)));
  const own = figures.cells.filter(
    (one) => one.from_ms + figures.cell_ms > span.from_ms && one.from_ms < span.to_ms,
  );
  return own
    .filter((_, place) => place % each === 0)
    .map((one) => ({ ...one, to_ms: one.from_ms + each * figures.cell_ms }));
}

/**
 * @param {{from_ms: number, to_ms: number, rr: string, sedation: string}[]} cells
 * @param {"rr"|"sedation"} name
 * @param {string} label
 * @returns {Piece[]}
 */
function cellPieces(cells, name, label) {
  const filled = cells.filter((one) => one[name]);
  return filled.map((one) => ({
    from_ms: one.from_ms,
    to_ms: one.to_ms,
    kind: "cell",
    text: one[name],
    title: `${label} ${one[name]}`,
  }));
}

/**
 * @param {Reviewed} seen
 * @param {string} priority
 * @param {Span} span
 * @returns {Piece[]}
 */
function alarmPieces(seen, priority, span) {
  const own = seen.alarms.filter((alarm) => alarm.priority === priority);
  return own.map((alarm) => ({
    from_ms: alarm.onset_ms,
    to_ms: alarm.ended_ms ?? span.to_ms,
    kind: priority,
    text: `${alarm.text} ${alarm.onset}`,
  }));
}

/**
 * Gaps and doubt, artefacts that were marked, and those that are suggested.
 * @param {Reviewed} seen
 * @param {import("./contract.js").Series|undefined} series
 * @param {string[]} vitals
 * @param {Span} span
 * @returns {Piece[]}
 */
function quality(seen, series, vitals, span) {
  const whole = { ...span, from_ms: seen.opened_ms, to_ms: seen.end_ms };
  return [...flaws(series, whole), ...marked(seen, vitals, span), ...suggested(seen, vitals)];
}

/**
 * @param {Reviewed} seen
 * @param {string[]} vitals
 * @param {Span} span
 * @returns {Piece[]}
 */
function marked(seen, vitals, span) {
  const own = seen.artefacts.filter(
    (one) => !one.vitals.length || one.vitals.some((vital) => vitals.includes(vital)),
  );
  return own
    .filter((one) => one.to_ms >= span.from_ms && one.from_ms <= span.to_ms)
    .map((one) => ({ ...one, kind: "artefact", text: `${one.cause} ${one.span}` }));
}

/**
 * @param {Reviewed} seen
 * @param {string[]} vitals
 * @returns {Piece[]}
 */
function suggested(seen, vitals) {
  const own = seen.suggestions.filter((one) => vitals.includes(one.vital));
  return own.map((one) => ({ ...one, kind: "suggested", text: `${one.why} ${one.span}` }));
}

/**
 * Cuff readings that failed, and those marked as artefacts.
 * @param {Reviewed} seen
 * @param {Span} span
 * @returns {Piece[]}
 */
function cuffPieces(seen, span) {
  const failed = seen.nibp.filter((one) => !one.valid && !one.artefact);
  const pieces = failed.map((one) => ({
    from_ms: one.at_ms - 20_000,
    to_ms: one.at_ms + 20_000,
    kind: "gap",
    text: `failed ${one.time} ${one.reason}`,
  }));
  return [...pieces, ...marked(seen, ["NIBP_SYS", "NIBP_DIA"], span)];
}
