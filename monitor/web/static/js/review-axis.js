/** The time axis of a review: its ends, what it says, and the readings along it. */

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */
/** @typedef {import("./chart.js").Span} Span */

const MARGIN_MS = 60_000;
const SHORT_MS = 10 * 60_000;
const NEAR_MS = 5_000;
const NEAR_CUFF_MS = 150_000;

/**
 * From a minute before the seat to a minute after the end.
 * @param {Reviewed} seen
 * @returns {Span}
 */
export function spanOf(seen) {
  const last = Math.max(seen.opened_ms + SHORT_MS, seen.end_ms);
  return {
    from_ms: seen.opened_ms - MARGIN_MS,
    to_ms: (seen.closed_ms ?? last) + MARGIN_MS,
    anchor_ms: seen.start_ms ?? seen.opened_ms,
  };
}

/**
 * The axis says minutes from infusion start and the clinic's clock.
 * @param {Reviewed} seen
 */
export function axis(seen) {
  const zero_ms = seen.start_ms ?? seen.opened_ms;
  return (/** @type {number} */ ms) =>
    `${Math.round((ms - zero_ms) / 60_000)}\n${clock(seen, ms).slice(0, 5)}`;
}

/**
 * The clinic's time of day.
 * @param {Reviewed} seen
 * @param {number} ms
 */
export function clock(seen, ms) {
  return new Date(ms + seen.utc_offset_min * 60_000).toISOString().slice(11, 19);
}

/**
 * A time of day within the session, as milliseconds; NaN when it is none.
 * @param {Reviewed} seen
 * @param {string} text
 */
export function momentOf(seen, text) {
  const day = new Date(seen.opened_ms + seen.utc_offset_min * 60_000).toISOString().slice(0, 10);
  const at_ms = Date.parse(`${day}T${text.length === 5 ? `${text}:00` : text}Z`);
  const ms = at_ms - seen.utc_offset_min * 60_000;
  // Over midnight the same time of day lies on the next day.
  return ms < seen.opened_ms - SHORT_MS ? ms + 86_400_000 : ms;
}

/**
 * The times to step along: cuff readings, and close by every sample.
 * @param {Reviewed} seen
 * @param {Span} span
 */
export function stops(seen, span) {
  const cuffs = seen.nibp.map((cuff) => cuff.at_ms);
  if (span.to_ms - span.from_ms > SHORT_MS && cuffs.length) return cuffs;
  const times = new Set(cuffs);
  for (const series of Object.values(seen.series)) {
    for (const at_ms of series.at_ms) {
      if (at_ms >= span.from_ms && at_ms <= span.to_ms) times.add(at_ms);
    }
  }
  return [...times].sort((one, other) => one - other);
}

/**
 * What is known of an instant, by label, for the read-out.
 * @param {Reviewed} seen
 * @param {number} at_ms
 * @returns {[string, string][]}
 */
export function valuesAt(seen, at_ms) {
  const minutes = ((at_ms - (seen.start_ms ?? seen.opened_ms)) / 60_000).toFixed(1);
  return [
    ["time", clock(seen, at_ms)],
    ["minute", minutes],
    ["BP", pressureAt(seen, at_ms)],
    ...["HR", "PR", "SpO2", "RR"].map((vital) => valueAt(seen, vital, at_ms)),
    ["events", eventsAt(seen, at_ms)],
    ["alarms", alarmsAt(seen, at_ms)],
  ];
}

/**
 * @param {Reviewed} seen
 * @param {number} at_ms
 */
function pressureAt(seen, at_ms) {
  const close = seen.nibp.filter((one) => Math.abs(one.at_ms - at_ms) <= NEAR_CUFF_MS);
  const away = (/** @type {{at_ms: number}} */ one) => Math.abs(one.at_ms - at_ms);
  const cuff = close.sort((one, other) => away(one) - away(other))[0];
  if (!cuff) return "";
  if (cuff.artefact) return `artefact (${cuff.time})`;
  if (!cuff.valid) return `failed (${cuff.time})`;
  return `${cuff.systolic ?? "--"}/${cuff.diastolic ?? "--"} (${cuff.time})`;
}

/**
 * @param {Reviewed} seen
 * @param {string} vital
 * @param {number} at_ms
 * @returns {[string, string]}
 */
function valueAt(seen, vital, at_ms) {
  const series = seen.series[vital];
  const place = series ? before(series.at_ms, at_ms) : -1;
  const value = series?.values[place];
  const near = place >= 0 && at_ms - (series?.at_ms[place] ?? 0) <= NEAR_MS;
  if (!near || value === null || value === undefined) return [vital, ""];
  return [vital, `${value}${["", " ?", "", " artefact"][series?.quality?.[place] ?? 0]}`];
}

/**
 * The place of the last time that is not after `at_ms`; -1 for none.
 * @param {number[]} times rising
 * @param {number} at_ms
 */
function before(times, at_ms) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at_ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {Reviewed} seen
 * @param {number} at_ms
 */
function eventsAt(seen, at_ms) {
  const close = seen.events.filter((one) => Math.abs(one.at_ms - at_ms) <= 60_000);
  return close.map((one) => `${one.text} ${one.time}`).join(", ");
}

/**
 * @param {Reviewed} seen
 * @param {number} at_ms
 */
function alarmsAt(seen, at_ms) {
  const open = seen.alarms.filter(
    (one) => one.onset_ms <= at_ms && (one.ended_ms === null || one.ended_ms >= at_ms),
  );
  return open.map((one) => `${one.marks} ${one.text}`).join(", ");
}
