/** The reports of a day's sessions as one archive, for a clinician. */

import { make } from "./dom.js";
import { JobView } from "./job.js";
import { Sheet, form } from "./sheet.js";

const WHAT =
  "One PDF a session that was seated on this day; a signed one in the very bytes that were " +
  "signed. A clinician begins it, and it is kept in the audit.";

/** @typedef {{job: import("./contract.js").Job|null}} Told */

export class DayReports {
  /** @param {import("./acts.js").Acts} acts */
  constructor(acts) {
    this._acts = acts;
    this._sheet = new Sheet("reports");
    this.element = this._sheet.element;
    /** @type {JobView<Told>} */
    this._job = new JobView("/api/reports", "Reports made", (told) => this._draw(told));
    /** @type {HTMLElement|null} */
    this._form = null;
    this.element.addEventListener("close", () => this._job.stop());
  }

  close() {
    this._sheet.close();
  }

  /** @param {string} day */
  async open(day) {
    const begun = form([make("p", "", WHAT)], "MAKE REPORTS", () => void this._begin(day));
    this._form = begun;
    this._sheet.open(`Reports of ${day}`, [begun, ...this._job.elements]);
    await this._job.look();
  }

  /** @param {string} day */
  async _begin(day) {
    const why = await this._acts.tried("/api/reports", { day });
    if (why) this._job.say(why);
    else await this._job.look();
  }

  /** @param {Told} told */
  _draw({ job }) {
    const act = this._form?.querySelector("button");
    if (act) act.disabled = job !== null && !job.ended;
  }
}
