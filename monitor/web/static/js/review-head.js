/** The head of a review: whose session, its figures, its baseline, and where to go from here. */

import { button, link, make, mark } from "./dom.js";

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */
/** @typedef {import("./contract-review.js").Figures} Figures */

/**
 * @param {Reviewed} seen
 * @param {Node[]} parts what can be done with it and where else it stands
 */
export function title(seen, parts) {
  const until = seen.end || "open";
  const mode = seen.mode === "real" ? "" : `${seen.mode.toUpperCase()} - SIMULATED VALUES`;
  const given = [seen.infusion.order, seen.infusion.given, seen.infusion.lasted];
  const said = given.filter(Boolean).join(" · ") || `planned ${seen.planned_minutes} min`;
  return make("div", "review-head", [
    make("h2", "", `${seen.patient} · chair ${seen.label}`),
    make("span", "", `${seen.date} ${seen.start} to ${until}`),
    make("strong", "mode", mode),
    make("span", "planned", said),
    make("div", "review-acts", [
      link("csv", "Course", `/course/${encodeURIComponent(seen.patient)}`),
      ...parts,
    ]),
  ]);
}

/**
 * The figures, and beside them the time in range.
 * @param {Figures} figures
 */
export function figuresOf(figures) {
  const lines = figures.head.map((one) =>
    make("div", "figure", [make("dt", "", one.label), make("dd", "", one.text)]),
  );
  return make("div", "figures-row", [
    make("dl", "figures", lines),
    make("div", "ranges", figures.in_range.map(range)),
  ]);
}

/**
 * A stacked bar, and the same in words: nothing is told by the bar alone.
 * @param {import("./contract-review.js").InRange} one
 */
function range(one) {
  const bar = make("div", "bar");
  bar.setAttribute("aria-hidden", "true");
  one.bands.forEach((band, place) => {
    const piece = make("span", "", band.percent >= 8 ? `${band.percent}` : "");
    mark(piece, "band", String(place - one.usual));
    piece.style.width = `${band.width}%`;
    bar.append(piece);
  });
  const words = one.bands
    .filter((band) => Number(band.minutes))
    .map((band) => `${band.text}: ${band.percent} % (${band.minutes} min)`);
  const how = one.held ? "held until the next reading" : "valid";
  const text = `${words.join(", ") || "no values"}; ${how} ${one.valid}`;
  return make("div", "range", [make("strong", "", one.label), bar, make("p", "", text)]);
}

/**
 * @param {Figures} figures
 * @param {{state: () => void, withdraw: (name: string) => void}|null} acts null where none can be done
 */
export function baselineOf(figures, acts) {
  const base = figures.baseline;
  const parts = [`baseline ${base.bp}`];
  if (base.hr !== "--") parts.push(`HR ${base.hr}`);
  if (base.spo2 !== "--") parts.push(`SpO2 ${base.spo2}`);
  const rests = base.readings.length ? `n=${base.readings.length}: ${base.readings.join(", ")}` : "";
  const by = base.stated ? `${base.by}: ${base.reason}` : "";
  const text = [parts.join(" "), rests, base.origin, by, base.missing].filter(Boolean);
  const line = make("p", "baseline", text.join(" · "));
  if (!acts) return make("div", "baseline-line", [line]);
  const buttons = [button("span", "COUNT FROM ANOTHER BASELINE", acts.state)];
  if (base.name) {
    buttons.push(button("span", "BACK TO THE ONE JUDGED BY", () => acts.withdraw(base.name)));
  }
  return make("div", "baseline-line", [line, ...buttons]);
}
