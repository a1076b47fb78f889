/** The tables of a review: key points, five-minute rows, burden, and the charts' twin. */

import { make } from "./dom.js";
import { table } from "./table.js";

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */
/** @typedef {import("./contract-review.js").Figures} Figures */

/**
 * @param {Figures} figures
 */
export function figureTables(figures) {
  const burden = figures.burden.length ? figures.burden : [["none", "0", "", "", ""]];
  return make("div", "twins", [
    scroll("Key points: HR and SpO2 are medians of a minute", figures.points_head, figures.points),
    scroll("Alarm burden by rule", figures.burden_head, burden),
  ]);
}

/**
 * Cuff readings as measured, the rest as medians of each row's time.
 * @param {Figures} figures
 */
export function rows(figures) {
  const minutes = figures.cell_ms / 60_000;
  const caption = `Every ${minutes} min: BP as measured (M by hand, X artefact), others are medians`;
  return scroll(caption, figures.table_head, figures.table);
}

/** @param {Reviewed} seen */
export function facts(seen) {
  const lines = seen.facts.map((fact) => {
    const entered = fact.entered === fact.time ? "" : fact.entered;
    return [fact.time, entered, told(fact), fact.actor];
  });
  return scroll("Events", ["Time", "Entered", "Event", "By"], lines);
}

/**
 * What was withdrawn is struck through, what was corrected says by whom and why.
 * @param {import("./contract-review.js").Told} fact
 */
function told(fact) {
  if (!fact.withdrawn && !fact.manual && !fact.corrections.length) return fact.text;
  const line = make("span", "told", [make(fact.withdrawn ? "s" : "span", "", fact.text)]);
  if (fact.manual) line.append(" ", make("span", "manual", "manual"));
  for (const one of fact.corrections) line.append(make("small", "", one));
  return line;
}

/**
 * The charts' twin, a row a minute; made when somebody opens it.
 * @param {Reviewed} seen
 * @param {boolean} open as it was before
 */
export function twin(seen, open) {
  const element = make("details", "twin", [make("summary", "", "Readings minute by minute")]);
  const fill = () => {
    if (!element.open || element.querySelector("table")) return;
    const head = Object.keys(seen.table[0] ?? { time: "" });
    const lines = seen.table.map((line) => head.map((name) => line[name] ?? ""));
    element.append(scroll("Readings", head, lines));
  };
  element.addEventListener("toggle", fill);
  element.open = open;
  return element;
}

/**
 * A table may be wider than the page: it scrolls by itself, by keyboard too.
 * @param {string} caption
 * @param {string[]} head
 * @param {(string|Node)[][]} lines
 */
function scroll(caption, head, lines) {
  const place = make("div", "scroll", [table(caption, head, lines)]);
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", caption);
  return place;
}
