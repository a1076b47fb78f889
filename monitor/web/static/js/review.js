/** A whole session at a glance: one time axis for phases, pressure, saturation, alarms, quality. */

import { alarmTable } from "./alarm-table.js";
import { heart, pen, pressureChart, saturationChart } from "./chart.js";
import { DevicesDialog } from "./devices.js";
import { byId, link, make, mark, write } from "./dom.js";
import { flaws, ribbon } from "./ribbon.js";
import { Refused, read } from "./server.js";
import { Shell } from "./shell.js";
import { table } from "./table.js";
import { WhyDialog } from "./why.js";
import { Zoom } from "./zoom.js";

const MARGIN_MS = 60_000;
const REFRESH_MS = 30_000;
const NEAR_MS = 5_000;
const NEAR_CUFF_MS = 150_000;

/** @typedef {import("./contract.js").SessionDetail} Detail */
/** @typedef {import("./contract.js").SessionReadings} Readings */
/** @typedef {import("./contract.js").PastAlarm} PastAlarm */

class ReviewPage {
  /**
   * @param {Shell} shell
   * @param {string} session
   */
  constructor(shell, session) {
    this._devices = new DevicesDialog(shell.acts, session, () => void this._load());
    this._path = `/api/sessions/${encodeURIComponent(session)}`;
    this._main = byId("review");
    this._note = make("p", "summary", "loading");
    this._readout = make("p", "readout");
    this._main.replaceChildren(this._note);
    this._timer = 0;
    this._why = new WhyDialog();
    this._zoom = new Zoom(() => this._drawAgain());
    this._drawAgain = () => {};
    /** @type {import("./chart.js").Plot[]} */
    this._plots = [];
    this._observer = new ResizeObserver(() => {});
    void this._load();
  }

  draw() {}

  blank() {}

  async _load() {
    try {
      const [detail, readings, alarms] = await Promise.all([
        read(this._path),
        read(`${this._path}/readings`),
        read(`${this._path}/alarms`),
      ]);
      this._draw(detail, readings, alarms.alarms);
      if (detail.closed_ms === null) {
        window.clearTimeout(this._timer);
        this._timer = window.setTimeout(() => void this._load(), REFRESH_MS);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._main.replaceChildren(this._note);
      write(this._note, error.message);
    }
  }

  /**
   * @param {Detail} detail
   * @param {Readings} readings
   * @param {PastAlarm[]} alarms
   */
  _draw(detail, readings, alarms) {
    const charts = make("section", "charts");
    mark(charts, "mode", detail.mode);
    charts.setAttribute("aria-label", "Whole session, the same values stand in the table below");
    this._main.replaceChildren(
      this._head(detail),
      charts,
      make("div", "scroll", [alarmTable("Alarms", alarms, this._why)]),
      make("div", "twins", [readingsTable(readings.table), factsTable(detail)]),
    );
    this._drawAgain = () => this._drawCharts(charts, detail, readings, alarms);
    this._drawAgain();
  }

  /** @param {Detail} detail */
  _head(detail) {
    const until = detail.end || "open";
    const when = `${detail.date} ${detail.start} to ${until}`;
    const figures = detail.summary.map((one) =>
      make("div", "figure", [make("dt", "", one.label), make("dd", "", one.text)]),
    );
    const csv = link("csv", "Readings CSV", `${this._path}/readings.csv`);
    const mode = detail.mode === "real" ? "" : `${detail.mode.toUpperCase()} - SIMULATED VALUES`;
    return make("div", "review-head", [
      make("h2", "", `${detail.patient} · chair ${detail.label}`),
      make("span", "", when),
      make("strong", "mode", mode),
      make("span", "planned", `planned ${detail.planned_minutes} min`),
      csv,
      ...this._devices.parts(detail.utc_offset_min),
      make("dl", "figures", figures),
    ]);
  }

  /**
   * @param {HTMLElement} charts
   * @param {Detail} detail
   * @param {Readings} readings
   * @param {PastAlarm[]} alarms
   */
  _drawCharts(charts, detail, readings, alarms) {
    const span = this._zoom.of(spanOf(detail, readings));
    const says = axis(detail);
    const pressure = make("div", "plot pressure");
    const saturation = make("div", "plot saturation");
    const ribbons = PRIORITY_ROWS.map(([priority, marks]) =>
      ribbon(marks, alarmPieces(alarms, priority, span), span, "alarm-ribbon"),
    );
    charts.replaceChildren(
      ribbon("", phasePieces(detail, span), span, "phase-ribbon"),
      pressure,
      saturation,
      ...ribbons,
      ribbon("HR", flaws(heart(readings.series), span), span, "quality-ribbon"),
      ribbon("SpO2", flaws(readings.series.SpO2, span), span, "quality-ribbon"),
      make("p", "key", [KEY, this._zoom.button]),
      this._readout,
    );
    const under = (/** @type {import("./chart.js").Plot} */ plot) =>
      shadeInfusion(plot, detail, span);
    const data = { hr: heart(readings.series), nibp: readings.nibp };
    for (const plot of this._plots) plot.destroy();
    const plots = [
      pressureChart(pressure, data, span, says, under),
      saturationChart(saturation, readings.series.SpO2, span, says, under),
    ];
    this._plots = plots;
    this._observer.disconnect();
    this._observer = new ResizeObserver(() => {
      for (const plot of plots) {
        const place = plot.root.parentElement;
        if (place) plot.setSize({ width: place.clientWidth, height: place.clientHeight });
      }
    });
    this._observer.observe(charts);
    for (const plot of plots) {
      plot.over.addEventListener("mousemove", () => {
        const at_ms = plot.posToVal(plot.cursor.left ?? 0, "x") * 1_000;
        write(this._readout, `${says(at_ms).replace("\n", " min  ")}  ${valuesAt(readings, at_ms)}`);
      });
    }
  }
}

/** @type {[import("./contract.js").Priority, string][]} */
const PRIORITY_ROWS = [
  ["HIGH", "!!!"],
  ["MEDIUM", "!!"],
  ["LOW", "!"],
];
const KEY =
  "v systolic  ^ diastolic  · heart rate (40-220)   line SpO2 (80-100, ticks on the floor are lower)" +
  "   drag: look closer   shaded: infusion   ribbons: alarms by priority, then HR and SpO2 data: boxes are gaps, hatched is doubtful";

/**
 * @param {Detail} detail
 * @param {Readings} readings
 */
function spanOf(detail, readings) {
  const last = Math.max(
    detail.opened_ms + 10 * MARGIN_MS,
    ...Object.values(readings.series).map((series) => series.at_ms.at(-1) ?? 0),
    ...readings.nibp.map((cuff) => cuff.at_ms),
  );
  return {
    from_ms: detail.opened_ms - MARGIN_MS,
    to_ms: (detail.closed_ms ?? last) + MARGIN_MS,
    anchor_ms: detail.infusion_start_ms ?? detail.opened_ms,
  };
}

/**
 * The axis says minutes from infusion start and the clinic's clock.
 * @param {Detail} detail
 */
function axis(detail) {
  const zero_ms = detail.infusion_start_ms ?? detail.opened_ms;
  return (/** @type {number} */ ms) => {
    const local = new Date(ms + detail.utc_offset_min * 60_000).toISOString().slice(11, 16);
    return `${Math.round((ms - zero_ms) / 60_000)}\n${local}`;
  };
}

/**
 * @param {Detail} detail
 * @param {import("./chart.js").Span} span
 */
function phasePieces(detail, span) {
  return detail.phases.map((one) => ({
    from_ms: one.from_ms,
    to_ms: one.to_ms ?? span.to_ms,
    kind: one.phase,
    text: `${one.phase} ${one.time}`,
  }));
}

/**
 * @param {PastAlarm[]} alarms
 * @param {string} priority
 * @param {import("./chart.js").Span} span
 */
function alarmPieces(alarms, priority, span) {
  const own = alarms.filter((alarm) => alarm.priority === priority);
  return own.map((alarm) => ({
    from_ms: alarm.onset_ms,
    to_ms: alarm.ended_ms ?? span.to_ms,
    kind: priority,
    text: `${alarm.text} ${alarm.onset}`,
  }));
}

/**
 * @param {import("./chart.js").Plot} plot
 * @param {Detail} detail
 * @param {import("./chart.js").Span} span
 */
function shadeInfusion(plot, detail, span) {
  if (detail.infusion_start_ms === null) return;
  const left = plot.valToPos(detail.infusion_start_ms / 1_000, "x", true);
  const end_ms = detail.infusion_end_ms ?? span.to_ms;
  const right = plot.valToPos(end_ms / 1_000, "x", true);
  pen(plot, "rgb(64 169 255 / 9%)", (ink) => {
    ink.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
  });
}

/**
 * @param {Readings} readings
 * @param {number} at_ms
 */
function valuesAt(readings, at_ms) {
  const cuff = readings.nibp.findLast(
    (one) => one.valid && Math.abs(one.at_ms - at_ms) <= NEAR_CUFF_MS,
  );
  const pressure = cuff ? [`${cuff.systolic}/${cuff.diastolic} (${cuff.time})`] : [];
  const values = Object.entries(readings.series).flatMap(([vital, series]) => {
    const place = series.at_ms.findLastIndex((one) => one <= at_ms);
    const value = series.values[place];
    const near = at_ms - (series.at_ms[place] ?? -Infinity) <= NEAR_MS;
    return near && value !== null && value !== undefined ? [`${vital} ${value}`] : [];
  });
  return [...pressure, ...values].join("  ");
}

/** @param {Record<string, string>[]} lines */
function readingsTable(lines) {
  const head = Object.keys(lines[0] ?? { time: "" });
  const body = lines.map((line) => head.map((name) => line[name] ?? ""));
  return make("div", "scroll", [table("Readings", head, body)]);
}

/** @param {Detail} detail */
function factsTable(detail) {
  const lines = detail.facts.map((fact) => [fact.time, fact.text, fact.actor]);
  return make("div", "scroll", [table("Events", ["Time", "Event", "By"], lines)]);
}

const session = decodeURIComponent(window.location.pathname.split("/")[2] ?? "");
new Shell((shell) => new ReviewPage(shell, session));
