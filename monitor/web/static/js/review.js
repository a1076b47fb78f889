/** A whole session at a glance, on one time axis, with every figure of it and what was marked. */

import { AdverseDialog } from "./adverse.js";
import { alarmTable } from "./alarm-table.js";
import { DevicesDialog } from "./devices.js";
import { button, byId, link, make, write } from "./dom.js";
import { SessionExport } from "./export.js";
import { BaselineSheet } from "./review-baseline.js";
import { ReviewEntries } from "./review-entries.js";
import { ReviewCharts } from "./review-charts.js";
import { baselineOf, figuresOf, title } from "./review-head.js";
import { ReviewMarks } from "./review-marks.js";
import { facts, figureTables, rows, twin } from "./review-tables.js";
import { Refused, read } from "./server.js";
import { stand } from "./standing.js";
import { WhyDialog } from "./why.js";
import { Zoom } from "./zoom.js";

const REFRESH_MS = 30_000;

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */

class ReviewPage {
  /**
   * @param {string} session
   * @param {import("./standing.js").Ground} ground over a copy nothing is said of it
   */
  constructor(session, ground) {
    const { acts, people } = ground;
    this._people = people;
    this._signed = false;
    this._path = `/api/sessions/${encodeURIComponent(session)}`;
    this._devices = acts && new DevicesDialog(acts, session, () => void this._load());
    this._export = acts && new SessionExport(acts, session);
    this._adverse = acts && new AdverseDialog(acts, session, () => void this._load());
    this._acts = acts;
    this._entries = acts && new ReviewEntries(acts, people, session, () => void this._load());
    this._main = byId("review");
    this._note = make("p", "summary", "loading");
    this._main.replaceChildren(this._note);
    this._timer = 0;
    this._why = new WhyDialog();
    /** @type {Reviewed|null} */
    this._seen = null;
    this._with = button("span", "WITH ARTEFACTS", () => this._toggle());
    this._with.setAttribute("aria-pressed", "false");
    this._baseline = new BaselineSheet((values, reason) =>
      this._keep("review/baseline", { values, reason }),
    );
    this._zoom = new Zoom(() => this._charts.draw());
    this._charts = new ReviewCharts(this._zoom, (stretch) => this._marks.begin(stretch));
    this._marks = new ReviewMarks(
      acts && {
        mark: (marking) => this._marking(marking),
        choose: (stretch) => this._charts.choose(stretch),
        keep: (path, act) => this._keep(path, act),
      },
    );
    this._marks.open.hidden = !acts;
    const tools = make("div", "spans", [this._marks.open, this._with, this._zoom.button]);
    this._title = make("div");
    this._usual = make("div");
    this._figures = make("div", "figures-place");
    this._tables = make("div", "tables");
    const entries = this._entries ? [this._entries.element] : [];
    const charts = [this._charts.element, this._marks.element];
    // The charts first: where the screen is low they are what is seen at once.
    const lead = [this._title, this._usual, tools, ...charts];
    this._parts = [...lead, this._figures, ...entries, this._tables];
    document.body.append(this._baseline.element, ...(this._adverse?.dialogs ?? []));
  }

  draw() {
    if (this._people.signedIn !== this._signed) void this._load();
    if (!this._people.signedIn) this._forget("Sign in to see the session");
    this._entries?.draw();
  }

  blank() {}

  /** @param {string} text */
  _forget(text) {
    this._seen = null;
    this._main.replaceChildren(this._note);
    write(this._note, text);
  }

  async _load() {
    window.clearTimeout(this._timer);
    this._signed = this._people.signedIn;
    if (!this._signed) return;
    try {
      const seen = /** @type {Reviewed} */ (await read(`${this._path}/review`));
      if (!this._people.signedIn) return;
      const first = this._seen === null;
      this._seen = seen;
      if (first) this._main.replaceChildren(...this._parts);
      this._draw(seen);
      if (seen.closed_ms === null) {
        this._timer = window.setTimeout(() => void this._load(), REFRESH_MS);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
    }
  }

  /** The figures that are shown: without artefacts, unless somebody wants them in. */
  get _counted() {
    const seen = /** @type {Reviewed} */ (this._seen);
    const all = this._with.getAttribute("aria-pressed") === "true";
    return (all && seen.with) || seen.without;
  }

  /** @param {Reviewed} seen */
  _draw(seen) {
    const report = link("csv", "Report", `/report/${encodeURIComponent(seen.id)}`);
    const devices = this._devices?.parts(seen.utc_offset_min) ?? [];
    const own = [...(this._export?.parts ?? []), ...(this._adverse?.buttons ?? [])];
    const parts = this._acts ? [report, ...own, ...devices] : [];
    this._title.replaceChildren(title(seen, parts));
    this._with.disabled = !seen.with;
    if (!seen.with) this._with.setAttribute("aria-pressed", "false");
    this._charts.show(seen, this._counted);
    this._marks.show(seen);
    this._drawFigures(seen);
  }

  /** @param {Reviewed} seen */
  _drawFigures(seen) {
    const figures = this._counted;
    const acts = this._acts && {
      state: () => this._baseline.open(figures.baseline.values),
      withdraw: (/** @type {string} */ name) =>
        void this._keep("review/withdraw", { of: name, reason: "counted as judged again" }),
    };
    this._usual.replaceChildren(baselineOf(figures, acts));
    this._figures.replaceChildren(figuresOf(figures));
    const open = this._tables.querySelector("details")?.open ?? false;
    const alarms = make("div", "scroll blocks", [alarmTable("Alarms", seen.alarms, this._why)]);
    alarms.tabIndex = 0;
    alarms.setAttribute("role", "region");
    alarms.setAttribute("aria-label", "Alarms of the session");
    this._tables.replaceChildren(
      figureTables(figures),
      make("div", "twins", [rows(figures), facts(seen)]),
      alarms,
      twin(seen, open),
    );
  }

  _toggle() {
    const on = this._with.getAttribute("aria-pressed") !== "true";
    this._with.setAttribute("aria-pressed", String(on));
    if (!this._seen) return;
    this._charts.count(this._counted);
    this._drawFigures(this._seen);
  }

  /** @param {boolean} marking */
  _marking(marking) {
    this._charts.marking = marking;
  }

  /**
   * Keep what a person says of this session, and count anew.
   * @param {string} path
   * @param {import("./server.js").Act} act
   */
  async _keep(path, act) {
    if (!(await this._acts?.keep(`${this._path}/${path}`, act))) return;
    this._marks.end();
    await this._load();
  }
}

const session = decodeURIComponent(window.location.pathname.split("/")[2] ?? "");
stand((ground) => new ReviewPage(session, ground));
