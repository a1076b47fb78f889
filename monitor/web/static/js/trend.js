/** The last minutes of one chair: pressure and heart rate above, saturation below. */

import { heart, pressureChart, saturationChart } from "./chart.js";
import { button, make, mark, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { Zoom } from "./zoom.js";

const REFRESH_MS = 10_000;
const SPANS_MIN = [15, 30, 60];

export class TrendView {
  /**
   * @param {string} chair
   * @param {(trend: import("./contract.js").Trend) => void} [told] called with each trend that came
   */
  constructor(chair, told = () => {}) {
    this._chair = chair;
    this._told = told;
    this._minutes = 30;
    this._pressure = make("div", "plot pressure");
    this._saturation = make("div", "plot saturation");
    this._note = make("p", "plot-note");
    this._spans = SPANS_MIN.map((minutes) =>
      button("span", `${minutes} min`, () => this._choose(minutes)),
    );
    this._zoom = new Zoom(() => this._redraw());
    const choices = [...this._spans, this._zoom.button];
    this.element = make("section", "trend", [
      make("div", "spans", [
        make("span", "inks", "BP v ^ mmHg · HR dots /min · SpO2 line %"),
        make("span", "reaches", choices),
      ]),
      this._pressure,
      this._saturation,
      this._note,
    ]);
    this.element.setAttribute("aria-label", "Trend");
    this._asked_ms = -Infinity;
    this._asking = 0;
    /** @type {import("./chart.js").Plot[]} */
    this._plots = [];
    /** @type {import("./contract.js").Trend|null} */
    this._trend = null;
    this._pressSpan();
    new ResizeObserver(() => this._redraw()).observe(this._pressure);
  }

  /** Bring the trend up to date when it is older than some seconds. */
  refresh() {
    if (performance.now() - this._asked_ms >= REFRESH_MS) void this._load();
  }

  blank() {
    this._asked_ms = -Infinity;
    this._asking += 1;
    this._trend = null;
    this._drop();
  }

  /** Without this every drawing of the day would stay in memory, bound to the cursor. */
  _drop() {
    for (const plot of this._plots) plot.destroy();
    this._plots = [];
  }

  /** @param {number} minutes */
  _choose(minutes) {
    this._minutes = minutes;
    this._zoom.all();
    this._pressSpan();
    void this._load();
  }

  _pressSpan() {
    this._spans.forEach((one, at) => {
      one.setAttribute("aria-pressed", String(SPANS_MIN[at] === this._minutes));
    });
  }

  async _load() {
    this._asked_ms = performance.now();
    this._asking += 1;
    const asking = this._asking;
    try {
      const path = `/api/chairs/${encodeURIComponent(this._chair)}/trend?minutes=${this._minutes}`;
      const trend = await read(path);
      if (asking !== this._asking) return;
      this._trend = trend;
      this._draw(trend);
      this._told(trend);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (asking === this._asking) write(this._note, error.message);
    }
  }

  /** The same readings, in a place that has become larger or smaller. */
  _redraw() {
    if (this._trend) this._draw(this._trend);
  }

  /** @param {import("./contract.js").Trend} trend */
  _draw(trend) {
    write(this._note, "");
    this._drop();
    const whole = { from_ms: trend.from_ms, to_ms: trend.to_ms, anchor_ms: trend.to_ms };
    const span = this._zoom.of(whole);
    const says = (/** @type {number} */ ms) => {
      const minutes = Math.round((trend.to_ms - ms) / 60_000);
      return minutes ? `-${minutes} min` : "now";
    };
    const data = { hr: heart(trend.series), nibp: trend.nibp };
    this._plots = [
      pressureChart(this._pressure, data, span, says),
      saturationChart(this._saturation, trend.series.SpO2, span, says),
    ];
    mark(this.element, "cuffs", String(trend.nibp.length));
  }
}
