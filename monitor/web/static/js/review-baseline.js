/** The dialog in which a clinician states another baseline for the review. */

import { make } from "./dom.js";
import { Sheet, field, form } from "./sheet.js";

const FIELDS = [
  ["NIBP_SYS", "Systolic mmHg"],
  ["NIBP_DIA", "Diastolic mmHg"],
  ["HR", "HR /min"],
  ["SpO2", "SpO2 %"],
];

export class BaselineSheet {
  /** @param {(values: Record<string, number>, reason: string) => Promise<void>} keep */
  constructor(keep) {
    this._keep = keep;
    this._sheet = new Sheet();
    this.element = this._sheet.element;
  }

  /** @param {Record<string, number>} values as they are counted from now */
  open(values) {
    const fields = FIELDS.map(([key = "", label = ""]) => {
      const one = field(label, String(values[key] ?? ""), { type: "number" });
      one.input.inputMode = "numeric";
      return { key, ...one };
    });
    const reason = field("Why", "", { max: 200, required: true });
    const said = "The review counts from it; alarms were judged by the other and stay.";
    const inputs = fields.map((one) => one.element);
    const body = [make("p", "", said), make("div", "fields", inputs), reason.element];
    const entered = form(body, "COUNT FROM IT", () => {
      const filled = fields.filter((one) => one.input.value !== "");
      const stated = Object.fromEntries(filled.map((one) => [one.key, Number(one.input.value)]));
      this._sheet.close();
      void this._keep(stated, reason.input.value);
    });
    this._sheet.open("Count from another baseline", [entered]);
  }
}
