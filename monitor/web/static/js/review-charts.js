/** The stacked charts of a review on one axis, with the cursor that all of them share. */

import { heart, pressureChart, saturationChart } from "./chart.js";
import { pen } from "./cuff-marks.js";
import { make, mark, write } from "./dom.js";
import { above, below } from "./review-ribbons.js";
import { axis, spanOf, stops, valuesAt } from "./review-axis.js";

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */
/** @typedef {import("./contract-review.js").Figures} Figures */
/** @typedef {import("./chart.js").Plot} Plot */
/** @typedef {{from_ms: number, to_ms: number}} Stretch */

const READOUT = ["time", "minute", "BP", "HR", "PR", "SpO2", "RR", "events", "alarms"];
const KEYS =
  "v systolic ^ diastolic · HR dots, 40 to 220   line SpO2, 80 to 100, ticks on the floor are lower   " +
  "M by hand   hollow: artefact   below: boxes are gaps, hatched is doubtful, dashed is suggested   " +
  "drag: look closer, 0 all   arrows: reading to reading   [ and ]: from and to of an artefact";

export class ReviewCharts {
  /**
   * @param {import("./zoom.js").Zoom} zoom
   * @param {(stretch: Stretch) => void} chosen somebody chose a stretch to be marked
   */
  constructor(zoom, chosen) {
    this._zoom = zoom;
    this._chosen = chosen;
    /** while true a drag chooses a stretch instead of looking closer */
    this.marking = false;
    /** @type {Stretch|null} */
    this._stretch = null;
    this._at_ms = NaN;
    /** @type {Plot[]} */
    this._plots = [];
    this._cells = new Map(READOUT.map((name) => [name, make("dd")]));
    const lines = READOUT.map((name) =>
      make("div", `read-${name}`, [make("dt", "", name), this._cells.get(name) ?? ""]),
    );
    this._readout = make("dl", "readout", lines);
    this._pressure = make("div", "plot pressure");
    this._saturation = make("div", "plot saturation");
    this._above = make("div", "ribbons");
    this._below = make("div", "ribbons");
    this._charts = make("div", "stack", [this._above, this._pressure, this._saturation, this._below]);
    this._charts.tabIndex = 0;
    this._charts.setAttribute("role", "group");
    this._charts.setAttribute("aria-label", "Charts: arrows go from reading to reading");
    this._charts.addEventListener("keydown", (event) => this._press(event));
    const spoken = make("p", "heard");
    spoken.setAttribute("role", "status");
    this._spoken = spoken;
    const key = make("p", "key", [KEYS]);
    this.element = make("section", "charts", [this._readout, this._charts, spoken, key]);
    this.element.setAttribute("aria-label", "Whole session, the same values stand in the tables");
    this._width = 0;
    this._observer = new ResizeObserver(() => {
      if (this._charts.clientWidth !== this._width) this.draw();
    });
    this._observer.observe(this._charts);
    /** @type {[Reviewed, Figures]|null} */
    this._shown = null;
  }

  /**
   * @param {Reviewed} seen
   * @param {Figures} figures
   */
  show(seen, figures) {
    this._shown = [seen, figures];
    mark(this.element, "mode", seen.mode);
    this.draw();
  }

  /** Count otherwise: what is drawn of the readings stays. @param {Figures} figures */
  count(figures) {
    if (!this._shown) return;
    const [seen] = this._shown;
    this._shown = [seen, figures];
    this._below.replaceChildren(...below(seen, figures, this._span(seen), this._width));
  }

  /** The stretch that is about to be marked, or none. @param {Stretch|null} stretch */
  choose(stretch) {
    this._stretch = stretch;
    for (const plot of this._plots) plot.redraw(false);
  }

  draw() {
    if (!this._shown || !this._charts.clientWidth) return;
    const [seen, figures] = this._shown;
    this._width = this._charts.clientWidth;
    const span = this._span(seen);
    const says = axis(seen);
    this._above.replaceChildren(...above(seen, span));
    this._below.replaceChildren(...below(seen, figures, span, this._width));
    const under = (/** @type {Plot} */ plot) => this._under(plot, seen);
    for (const plot of this._plots) plot.destroy();
    const data = { hr: heart(seen.series), nibp: seen.nibp };
    this._plots = [
      pressureChart(this._pressure, data, span, says, under),
      saturationChart(this._saturation, seen.series.SpO2, span, says, under),
    ];
    for (const plot of this._plots) {
      plot.over.addEventListener("mousemove", () => {
        this._read(plot.posToVal(plot.cursor.left ?? 0, "x") * 1_000);
      });
    }
    this._read(this._at_ms);
  }

  /** @param {Reviewed} seen */
  _span(seen) {
    const span = this._zoom.of(spanOf(seen));
    const closer = span.closer;
    const choose = (/** @type {number} */ from_ms, /** @type {number} */ to_ms) => {
      if (this.marking) this._chosen({ from_ms, to_ms });
      else closer?.(from_ms, to_ms);
    };
    return { ...span, closer: choose };
  }

  /**
   * Behind the readings: the infusion, and what is about to be marked.
   * @param {Plot} plot
   * @param {Reviewed} seen
   */
  _under(plot, seen) {
    const band = (/** @type {string} */ ink, /** @type {number} */ from, /** @type {number} */ to) => {
      const left = plot.valToPos(from / 1_000, "x", true);
      const right = plot.valToPos(to / 1_000, "x", true);
      pen(plot, ink, (pencil) => {
        pencil.beginPath();
        pencil.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
        pencil.clip();
        pencil.fillRect(left, plot.bbox.top, Math.max(right - left, 2), plot.bbox.height);
      });
    };
    if (seen.start_ms !== null) {
      band("rgb(64 169 255 / 9%)", seen.start_ms, seen.stop_ms ?? seen.end_ms);
    }
    for (const one of seen.artefacts) band("rgb(154 167 180 / 12%)", one.from_ms, one.to_ms);
    if (this._stretch) band("rgb(255 212 0 / 22%)", this._stretch.from_ms, this._stretch.to_ms);
  }

  /** @param {KeyboardEvent} event */
  _press(event) {
    const seen = this._shown?.[0];
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!seen || event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined) this._step(seen, step);
    else if (event.key === "[" || event.key === "]") this._end(event.key);
    else if (event.key === "Escape") this._read(NaN);
    else return;
    event.preventDefault();
  }

  /**
   * @param {Reviewed} seen
   * @param {number} step
   */
  _step(seen, step) {
    const times = stops(seen, this._span(seen));
    const at_ms = Number.isNaN(this._at_ms) ? (step > 0 ? -Infinity : Infinity) : this._at_ms;
    const next =
      step === 1
        ? times.find((one) => one > at_ms)
        : step === -1
          ? times.findLast((one) => one < at_ms)
          : times.at(step < 0 ? 0 : -1);
    if (next === undefined) return;
    this._read(next);
    write(this._spoken, [...this._cells].map(([name, cell]) => `${name} ${cell.textContent}`).join(", "));
  }

  /** One end of what is to be marked lies at the cursor. @param {"["|"]"} key */
  _end(key) {
    if (Number.isNaN(this._at_ms)) return;
    const at_ms = Math.round(this._at_ms);
    const from_ms = key === "[" ? at_ms : Math.min(this._stretch?.from_ms ?? at_ms, at_ms);
    const to_ms = key === "]" ? at_ms : Math.max(this._stretch?.to_ms ?? at_ms, at_ms);
    this._chosen({ from_ms, to_ms });
  }

  /**
   * Everything that is known of an instant, and the cursor there.
   * @param {number} at_ms NaN for none
   */
  _read(at_ms) {
    const seen = this._shown?.[0];
    this._at_ms = at_ms;
    const known = seen && !Number.isNaN(at_ms) ? new Map(valuesAt(seen, at_ms)) : new Map();
    for (const [name, cell] of this._cells) write(cell, known.get(name) ?? "");
    for (const plot of this._plots) {
      const left = Number.isNaN(at_ms) ? -10 : plot.valToPos(at_ms / 1_000, "x");
      plot.setCursor({ left, top: 10 }, false);
    }
  }
}
