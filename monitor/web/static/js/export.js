/** Taking sessions out as files: one file of a session, or a course or month as one archive. */

import { button, link, make, write } from "./dom.js";
import { Refused, read, save } from "./server.js";

const LOOK_MS = 1_000;
const WORDS = /** @type {Record<string, string>} */ ({
  ".csv": "CSV, a line a reading",
  ".minutes.csv": "CSV, a line a minute",
  ".adverse.csv": "CSV, a line an adverse event",
  ".json": "JSON: session, units, alarms, events",
  ".fhir.json": "FHIR R4 Bundle",
  ".hl7": "HL7 v2 ORU^R01",
  ".edf": "EDF+",
  ".vital": "VitalDB .vital",
});
const PRIVACY = "Shift dates, replace ids, leave out words (de-identified)";
const EXCEL = "For Excel: begin tables with the UTF-8 mark, so that umlauts are read";
const NAMES = "No file holds a name or free words. The export is kept in the audit.";

/** @typedef {import("./contract.js").Exports} Exports */

export class SessionExport {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} session
   */
  constructor(acts, session) {
    this._acts = acts;
    this._path = `/api/sessions/${encodeURIComponent(session)}/export`;
    this._file = choice("File", Object.entries(WORDS));
    this._hidden = tick(PRIVACY);
    this._excel = tick(EXCEL);
    this._said = status();
    this._save = make("button", "act", "SAVE FILE");
    this._save.type = "submit";
    const form = make("form", "", [
      this._file.element,
      this._hidden.element,
      this._excel.element,
      make("p", "summary", NAMES),
      this._said,
      make("div", "choices", [this._save, button("act plain", "Close", () => this._away())]),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._fetch();
    });
    this._element = dialog("Export this session", form);
    this._open = button("csv", "EXPORT ...", () => void this._show());
  }

  /** The button that opens it, and the dialog, for the head of the page. */
  get parts() {
    return [this._open, this._element];
  }

  async _show() {
    if (!(await this._acts.ready())) return;
    write(this._said, "");
    this._element.showModal();
  }

  _away() {
    this._element.close();
  }

  async _fetch() {
    write(this._said, "Writing the file ...");
    this._save.disabled = true;
    const asked = {
      ending: this._file.value,
      de_identified: this._hidden.checked,
      bom: this._excel.checked,
    };
    try {
      write(this._said, `${await save(this._path, asked)} is saved.`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._said, `Not saved: ${error.message}`);
    } finally {
      this._save.disabled = false;
    }
  }
}

export class ManyExport {
  /** @param {import("./acts.js").Acts} acts */
  constructor(acts) {
    this._acts = acts;
    this._timer = 0;
    this._month = field("month", "Month");
    this._patient = field("text", "or the course of patient");
    /** @type {{name: string, box: Tick}[]} */
    this._formats = [];
    this._boxes = make("fieldset", "", [make("legend", "", "Formats")]);
    this._hidden = tick(PRIVACY);
    this._excel = tick(EXCEL);
    this._said = status();
    this._bar = make("progress");
    this._bar.setAttribute("aria-label", "Sessions exported");
    this._bar.hidden = true;
    this._file = make("p");
    this._start = make("button", "act", "EXPORT");
    this._start.type = "submit";
    const form = make("form", "", [
      this._month.element,
      this._patient.element,
      this._boxes,
      this._hidden.element,
      this._excel.element,
      make("p", "summary", NAMES),
      this._bar,
      this._said,
      this._file,
      make("div", "choices", [this._start, button("act plain", "Close", () => this._away())]),
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._begin();
    });
    this._element = dialog("Export many sessions", form);
    this._open = button("csv", "EXPORT MONTH OR COURSE ...", () => void this._show());
  }

  /** The button that opens it, and the dialog. */
  get parts() {
    return [this._open, this._element];
  }

  async _show() {
    if (!(await this._acts.ready())) return;
    await this._look();
    this._element.showModal();
  }

  _away() {
    window.clearTimeout(this._timer);
    this._element.close();
  }

  async _begin() {
    const formats = this._formats.filter((one) => one.box.checked).map((one) => one.name);
    if (!formats.length) {
      write(this._said, "Choose a format.");
      return;
    }
    const asked = {
      month: this._month.value,
      patient: this._patient.value.trim(),
      formats,
      de_identified: this._hidden.checked,
      bom: this._excel.checked,
    };
    const why = await this._acts.tried("/api/exports", asked);
    if (why) write(this._said, why);
    else await this._look();
  }

  async _look() {
    window.clearTimeout(this._timer);
    try {
      this._draw(await read("/api/exports"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._said, error.message);
    }
  }

  /** @param {Exports} told */
  _draw(told) {
    if (!this._formats.length) this._fill(told);
    const job = told.job;
    const runs = job !== null && !job.ended;
    this._start.disabled = runs;
    this._bar.hidden = !runs;
    this._file.replaceChildren();
    if (job === null) return;
    this._bar.max = job.total;
    this._bar.value = job.done;
    const count = `${job.done} of ${job.total} sessions`;
    if (runs) {
      write(this._said, `${job.title}: ${count}`);
      this._timer = window.setTimeout(() => void this._look(), LOOK_MS);
    } else if (job.failed) {
      write(this._said, `${job.title} failed after ${count}: ${job.failed}`);
    } else {
      write(this._said, `${job.title}: ${count}, ready`);
      const megabytes = (job.bytes / 1e6).toFixed(1);
      const file = link("csv", `Save ${job.file} (${megabytes} MB)`, "/api/exports/file");
      file.download = job.file;
      this._file.replaceChildren(file);
    }
  }

  /** @param {Exports} told */
  _fill(told) {
    this._formats = told.formats.map((one) => ({ name: one.name, box: tick(one.title) }));
    const [first] = this._formats;
    if (first) first.box.checked = true;
    this._boxes.append(...this._formats.map((one) => one.box.element));
  }
}

/**
 * @param {string} name
 * @param {HTMLElement} form
 */
function dialog(name, form) {
  const element = make("dialog", "export", [make("h2", "", name), form]);
  element.setAttribute("aria-label", name);
  return element;
}

function status() {
  const said = make("p", "said-here");
  said.setAttribute("role", "status");
  return said;
}

class Tick {
  /** @param {string} name */
  constructor(name) {
    this._box = make("input");
    this._box.type = "checkbox";
    this.element = make("label", "tick", [this._box, ` ${name}`]);
  }

  get checked() {
    return this._box.checked;
  }

  set checked(value) {
    this._box.checked = value;
  }
}

/** @param {string} name */
function tick(name) {
  return new Tick(name);
}

/**
 * @param {string} type
 * @param {string} name
 */
function field(type, name) {
  const input = make("input");
  input.type = type;
  return {
    element: make("label", "line", [`${name} `, input]),
    get value() {
      return input.value;
    },
  };
}

/**
 * @param {string} name
 * @param {string[][]} values each with its words
 */
function choice(name, values) {
  const select = make("select");
  for (const [value, words] of values) {
    const option = make("option", "", words ?? "");
    option.value = value ?? "";
    select.append(option);
  }
  return {
    element: make("label", "line", [`${name} `, select]),
    get value() {
      return select.value;
    },
  };
}
