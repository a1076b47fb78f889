/**
 * Vital signs on uPlot, by the conventions of the anaesthesia record.
 *
 * Systolic v above, diastolic ^ below, joined by a thin bar; heart rate as dots;
 * saturation as a line. Axes are fixed so that charts compare, and a gap in the
 * readings stays a gap.
 */

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { MARKED, drawCuffs, drawMarkedCuffs, pen } from "./cuff-marks.js";
import { dragByTouch } from "./touch-drag.js";

export const PRESSURE = Object.freeze({ min: 40, max: 220 });
export const SATURATION = Object.freeze({ min: 80, max: 100 });
/** The plot's edges inside its place: what stands above or below lines up with them. */
export const LEFT_PX = 48;
export const RIGHT_PX = 16;
const GAP_MS = 10_000;
const GRID_S = 300;
const TALL_PX = 300;
/** Below it the words of each fifth percent would touch. */
const LOW_PX = 150;
/** A label of the time axis needs so much room; where there is less, every second is left out. */
const LABEL_PX = 46;
const ARTEFACT = 3;
/** Shorter drags are a touch that trembled. */
const DRAG_PX = 12;
const INK = {
  hr: "#7cfc00",
  spo2: "#45abff",
  nibp: "#ffffff",
  rr: "#baa27c",
  grid: "#24303c",
  text: "#9aa7b4",
};

/** @typedef {uPlot} Plot */
/** @typedef {import("./contract.js").Series} Series */
/** @typedef {import("./contract.js").CuffReading} CuffReading */
/**
 * @typedef {object} Span
 * @property {number} from_ms
 * @property {number} to_ms
 * @property {number} anchor_ms a grid line lies there
 * @property {(from_ms: number, to_ms: number) => void} [closer] somebody dragged over this stretch
 */
/** @typedef {(ms: number) => string} Says */

/**
 * A series as uPlot takes it, seconds and values, with a hole wherever nothing came for 10 s.
 * @param {Series|undefined} series
 * @returns {[number[], (number|null)[]]}
 */
export function holed(series) {
  /** @type {number[]} */
  const times = [];
  /** @type {(number|null)[]} */
  const values = [];
  let last_ms = Infinity;
  (series?.at_ms ?? []).forEach((at_ms, place) => {
    if (at_ms - last_ms > GAP_MS) {
      times.push((last_ms + 1) / 1_000);
      values.push(null);
    }
    times.push(at_ms / 1_000);
    values.push(series?.values[place] ?? null);
    last_ms = at_ms;
  });
  return [times, values];
}

/**
 * What counts of a series, and what was marked as an artefact, as two series.
 * @param {Series|undefined} series
 * @returns {[Series|undefined, Series|undefined]}
 */
export function parted(series) {
  if (!series?.quality?.includes(ARTEFACT)) return [series, undefined];
  const marked = (/** @type {number} */ place) => series.quality?.[place] === ARTEFACT;
  const kept = series.values.map((value, place) => (marked(place) ? null : value));
  const others = series.values.map((value, place) => (marked(place) ? value : null));
  return [{ ...series, values: kept }, { ...series, values: others }];
}

/**
 * The heart rate to draw: ECG where a monitor gave one, else the oximeter's pulse.
 * @param {Record<string, Series>} series
 * @returns {Series|undefined}
 */
export function heart(series) {
  return series.HR?.values.some((value) => value !== null) ? series.HR : series.PR;
}

/**
 * Blood pressure and heart rate on one axis, 40 to 220.
 * @param {HTMLElement} place
 * @param {{hr: Series|undefined, rr?: Series, nibp: CuffReading[]}} data
 * @param {Span} span
 * @param {Says} says the text of a time on the axis
 * @param {(plot: uPlot) => void} [under] draws behind the readings
 */
export function pressureChart(place, data, span, says, under = () => {}) {
  const cuffs = data.nibp.filter((cuff) => cuff.valid);
  const [heartbeat, marked] = parted(data.hr);
  const at_s = cuffs.map((cuff) => cuff.at_ms / 1_000);
  const joined = uPlot.join([
    /** @type {any} */ (holed(heartbeat)),
    /** @type {any} */ (holed(marked)),
    /** @type {any} */ ([at_s, cuffs.map((cuff) => cuff.systolic)]),
    /** @type {any} */ ([at_s, cuffs.map((cuff) => cuff.diastolic)]),
  ]);
  const series = [
    dots("HR", INK.hr),
    hollow("HR artefact"),
    hidden("systolic v"),
    hidden("diastolic ^"),
  ];
  const options = frame(place, span, says, PRESSURE, series);
  options.hooks = {
    ...options.hooks,
    drawClear: [under],
    draw: [
      (plot) => drawCuffs(plot, cuffs),
      (plot) => drawMarkedCuffs(plot, data.nibp.filter((cuff) => cuff.artefact)),
    ],
  };
  return new uPlot(options, joined, place);
}

/**
 * Oxygen saturation, 80 to 100; lower values run along the floor, marked by an arrow.
 * @param {HTMLElement} place
 * @param {Series|undefined} spo2
 * @param {Span} span
 * @param {Says} says
 * @param {(plot: uPlot) => void} [under]
 */
export function saturationChart(place, spo2, span, says, under = () => {}) {
  const [kept, marked] = parted(spo2);
  const [times, values] = holed(kept);
  const floor = SATURATION.min;
  const drawn = values.map((value) => (value === null ? null : Math.max(value, floor)));
  const line = { label: "SpO2 %", stroke: INK.spo2, width: 2, points: { show: false } };
  const options = frame(place, span, says, SATURATION, [line, hollow("SpO2 artefact")]);
  const below = times.filter((_, at) => (values[at] ?? floor) < floor);
  options.hooks = { ...options.hooks, drawClear: [under], draw: [(plot) => drawFloor(plot, below)] };
  const [at_s, others] = holed(marked);
  const shown = others.map((value) => (value === null ? null : Math.max(value, floor)));
  const joined = uPlot.join([/** @type {any} */ ([times, drawn]), /** @type {any} */ ([at_s, shown])], [
    [1, 2],
    [1, 1],
  ]);
  return new uPlot(options, joined, place);
}

/**
 * @param {HTMLElement} place
 * @param {Span} span
 * @param {Says} says
 * @param {{min: number, max: number}} range
 * @param {uPlot.Series[]} series
 * @returns {uPlot.Options}
 */
function frame(place, span, says, range, series) {
  const axis = {
    stroke: INK.text,
    grid: { stroke: INK.grid, width: 1 },
    ticks: { stroke: INK.grid },
    font: "12px Inter",
  };
  const drag = { x: true, y: false, setScale: false, dist: DRAG_PX };
  return {
    hooks: {
      setSelect: [(plot) => dragged(plot, span)],
      ready: [(plot) => dragByTouch(plot, (from_px, to_px) => chosen(plot, span, from_px, to_px))],
    },
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [10, RIGHT_PX, 0, 0],
    legend: { show: false },
    cursor: { drag, y: false, sync: { key: "session", filters: { pub: points } } },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: false, range: [span.from_ms / 1_000, span.to_ms / 1_000] },
      y: { range: [range.min, range.max] },
    },
    axes: [
      {
        ...axis,
        splits: (_plot, _axis, from, to) =>
          marks(from, to, span.anchor_ms / 1_000, grid_s(to - from)),
        values: (plot, splits) => labels(plot, splits, span, says),
      },
      { ...axis, size: LEFT_PX, splits: () => steps(range, place.clientHeight) },
    ],
    series: [{}, ...series],
  };
}

/**
 * The grid is 5 min wide, as on paper; one minute on short stretches.
 * @param {number} length_s
 */
function grid_s(length_s) {
  return length_s < 3 * GRID_S ? GRID_S / 5 : GRID_S;
}

/**
 * The words at the marks of the time axis; where they would touch, only some of them.
 * @param {uPlot} plot
 * @param {number[]} splits
 * @param {Span} span
 * @param {Says} says
 */
function labels(plot, splits, span, says) {
  const length_s = (span.to_ms - span.from_ms) / 1_000;
  const step_s = grid_s(length_s);
  const px = (plot.width - LEFT_PX - RIGHT_PX) * (step_s / length_s);
  const each = [1, 2, 3, 6, 12].find((many) => many * px >= LABEL_PX) ?? 24;
  const nth = (/** @type {number} */ at_s) => Math.round((at_s - span.anchor_ms / 1_000) / step_s);
  return splits.map((at_s) => (nth(at_s) % each === 0 ? says(at_s * 1_000) : ""));
}

/**
 * @param {uPlot} plot
 * @param {Span} span
 */
function dragged(plot, span) {
  const { left, width } = plot.select;
  if (width >= DRAG_PX) chosen(plot, span, left, left + width);
}

/**
 * @param {uPlot} plot
 * @param {Span} span
 * @param {number} from_px
 * @param {number} to_px
 */
function chosen(plot, span, from_px, to_px) {
  const at_ms = (/** @type {number} */ px) => Math.round(plot.posToVal(px, "x") * 1_000);
  span.closer?.(at_ms(from_px), at_ms(to_px));
}

/**
 * The other charts follow the cursor; a drag concerns the chart it was made on.
 * @param {string} event
 */
function points(event) {
  return event === "mousemove" || event === "mouseleave";
}

/**
 * The marks of a value axis: the same ones whatever the readings are.
 * @param {{min: number, max: number}} range
 * @param {number} height_px
 */
function steps(range, height_px) {
  const wide = range.max - range.min > 100;
  const step = wide ? (height_px < TALL_PX ? 60 : 20) : height_px < LOW_PX ? 10 : 5;
  const count = (range.max - range.min) / step + 1;
  return Array.from({ length: count }, (_, at) => range.min + at * step);
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} anchor
 * @param {number} step
 */
function marks(from, to, anchor, step) {
  const first = anchor + Math.ceil((from - anchor) / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, at) => first + at * step);
}

/**
 * @param {string} label
 * @param {string} ink
 * @returns {uPlot.Series}
 */
function dots(label, ink) {
  return {
    label,
    stroke: ink,
    width: 0,
    spanGaps: false,
    paths: () => null,
    points: { show: true, size: 3.5, fill: ink, stroke: ink, width: 0 },
  };
}

/**
 * What was marked as an artefact: hollow and grey, and joined to nothing.
 * @param {string} label
 * @returns {uPlot.Series}
 */
function hollow(label) {
  const points = { show: true, size: 5, fill: "transparent", stroke: MARKED, width: 1 };
  return { label, stroke: MARKED, width: 0, spanGaps: false, paths: () => null, points };
}

/**
 * @param {string} label
 * @returns {uPlot.Series}
 */
function hidden(label) {
  return { label, stroke: INK.nibp, paths: () => null, points: { show: false } };
}

/**
 * @param {uPlot} plot
 * @param {number[]} below_s times at which the value was below the floor
 */
function drawFloor(plot, below_s) {
  pen(plot, INK.spo2, (ink) => {
    const y = plot.bbox.top + plot.bbox.height;
    const arm = 3 * devicePixelRatio;
    for (const at_s of below_s) {
      const x = plot.valToPos(at_s, "x", true);
      ink.fillRect(x - arm / 2, y - 2 * arm, arm, 2 * arm);
    }
  });
}
