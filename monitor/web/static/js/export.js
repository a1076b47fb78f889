/** Taking sessions out as files: one file of a session, or a course or month as one archive. */

import { button, make, write } from "./dom.js";
import { JobView } from "./job.js";
import { Refused, save } from "./server.js";

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
    if (!(await this._acts.proven())) return;
    write(this._said, "");
    this._element.showModal();
  }

  _away() {
    this._element.close();
  }

  async _fetch() {
    if (!(await this._acts.proven())) return;
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
    this._month = field("month", "Month");
    this._patient = field("text", "or the course of patient");
    /** @type {{name: string, box: Tick}[]} */
    this._formats = [];
    this._boxes = make("fieldset", "", [make("legend", "", "Formats")]);
    this._hidden = tick(PRIVACY);
    this._excel = tick(EXCEL);
    /** @type {JobView<Exports>} */
    this._job = new JobView("/api/exports", "Sessions exported", (told) => this._draw(told));
    this._start = make("button", "act", "EXPORT");
    this._start.type = "submit";
    const form = make("form", "", [
      this._month.element,
      this._patient.element,
      this._boxes,
      this._hidden.element,
      this._excel.element,
      make("p", "summary", NAMES),
      ...this._job.elements,
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
    if (!(await this._acts.proven())) return;
    await this._job.look();
    this._element.showModal();
  }

  _away() {
    this._job.stop();
    this._element.close();
  }

  async _begin() {
    const formats = this._formats.filter((one) => one.box.checked).map((one) => one.name);
    if (!formats.length) {
      this._job.say("Choose a format.");
      return;
    }
    if (!(await this._acts.proven())) return;
    const asked = {
      month: this._month.value,
      patient: this._patient.value.trim(),
      formats,
      de_identified: this._hidden.checked,
      bom: this._excel.checked,
    };
    const why = await this._acts.tried("/api/exports", asked);
    if (why) this._job.say(why);
    else await this._job.look();
  }

  /** @param {Exports} told */
  _draw(told) {
    if (!this._formats.length) this._fill(told);
    this._start.disabled = told.job !== null && !told.job.ended;
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
