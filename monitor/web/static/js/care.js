/** What nurses see and enter at a chair, and the baseline. */

import { button, make, mark } from "./dom.js";
import { SessionFeed } from "./feed.js";

/** More steps than this are typed, not touched. */
const BUTTONS_MAX = 11;
const REASONS = ["measured by hand", "known of this patient", "no time to measure"];
const NAMES = new Map([
  ["NIBP_SYS", "NIBP systolic"],
  ["NIBP_DIA", "NIBP diastolic"],
  ["HR", "Heart rate"],
]);
const WAIVED = ["known well, no baseline needed", "cannot be measured"];

/** @typedef {import("./contract.js").Care} Care */
/** @typedef {import("./contract.js").CareEntry} CareEntry */

/** @param {number|string|null} value */
function told(value) {
  return value === null ? "not entered" : String(value);
}

/**
 * What another dialog asks for is not entered here.
 * @param {CareEntry} entry
 */
function enterable(entry) {
  return entry.choices.length > 0 || entry.step > 0;
}

export class CareCard {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {() => boolean} signedIn
   */
  constructor(acts, signedIn) {
    this._acts = acts;
    /** @type {SessionFeed<Care>} */
    this._feed = new SessionFeed(acts, signedIn, "care");
    this._feed.listen((care, why) => this._tell(care, why));
    /** @type {Care|null} */
    this._care = null;
    this._lines = make("ul", "care-lines");
    this._enter = button("act", "ENTER ...", () => this._entries());
    this._base = button("act plain", "BASELINE ...", () => this._baseline());
    this._dialog = make("dialog", "care");
    this.element = make("section", "card care-card", [
      make("h3", "", "Seen at the chair"),
      this._lines,
      make("div", "choices", [this._enter, this._base]),
      this._dialog,
    ]);
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this.element.hidden = !tile.session;
    this._feed.draw(tile);
  }

  /** Nothing is known any more, and nothing old is shown. */
  blank() {
    this._feed.blank();
    this._dialog.close();
  }

  /**
   * @param {Care|null} care
   * @param {string} why
   */
  _tell(care, why) {
    this._care = care;
    if (care) this._show(care);
    else if (!why) this._lines.replaceChildren();
    else if (this._lines.textContent !== why) this._lines.replaceChildren(make("li", "", why));
    if (!care) mark(this._lines, "overdue", "");
  }

  /** @param {Care} care */
  _show(care) {
    const sedation = care.entries.find((one) => one.item === "MOAA/S");
    const due = care.sedation_due ? `, due ${care.sedation_due}` : "";
    const late = care.sedation_overdue ? " OVERDUE" : "";
    const missing = care.news2_missing.length ? ` (no ${care.news2_missing.join(", no ")})` : "";
    const entered = care.entries.filter((one) => one.item !== "MOAA/S" && one.value !== null);
    const lines = [
      `MOAA/S ${told(sedation?.value ?? null)}${due}${late}`,
      `NEWS2 ${care.news2}${missing}`,
      baselineTold(care),
      ...entered.map(
        (one) => `${one.item} ${told(one.value)} ${one.person} ${one.time} ${one.by}`,
      ),
    ];
    this._lines.replaceChildren(...lines.map((line) => make("li", "", line)));
    mark(this._lines, "overdue", care.sedation_overdue ? "yes" : "");
  }

  async _entries() {
    await this._acts.ready();
    await this._feed.ask();
    if (!this._care) return;
    const rows = this._care.entries.filter(enterable).map((one) => this._row(one));
    this._open("Seen at the chair", make("div", "care-rows", rows));
  }

  /** @param {CareEntry} entry */
  _row(entry) {
    const last = entry.value === null ? "not entered" : `${entry.value} at ${entry.time}`;
    const head = make("h3", "", [`${entry.item} `, make("small", "", last)]);
    const steps = entry.step ? Math.round((entry.high - entry.low) / entry.step) + 1 : 0;
    if (entry.item === "sitter") return make("section", "", [head, this._sitter()]);
    if (steps > BUTTONS_MAX) return make("section", "", [head, this._typed(entry)]);
    const numbers = Array.from({ length: steps }, (_, at) => entry.low + at * entry.step);
    const choices = entry.choices.length ? entry.choices : numbers;
    const buttons = choices.map((value) => {
      const one = button("act", String(value), () => void this._keep(entry.item, value));
      one.setAttribute("aria-label", `${entry.item} ${value}`);
      return one;
    });
    return make("section", "", [head, make("div", "touch", buttons)]);
  }

  _sitter() {
    const name = make("input");
    name.maxLength = 60;
    name.autocomplete = "off";
    const present = button("act", "present", () =>
      void this._keep("sitter", "present", name.value.trim()),
    );
    const away = button("act", "away", () => void this._keep("sitter", "away"));
    return make("div", "touch", [make("label", "", ["Name ", name]), present, away]);
  }

  /** @param {CareEntry} entry */
  _typed(entry) {
    const number = make("input");
    number.type = "number";
    number.min = String(entry.low);
    number.max = String(entry.high);
    number.step = String(entry.step);
    number.setAttribute("aria-label", entry.item);
    const keep = button("act", "ENTER", () => {
      if (number.reportValidity() && number.value) {
        void this._keep(entry.item, number.valueAsNumber);
      }
    });
    return make("div", "touch", [number, keep]);
  }

  /**
   * @param {string} item
   * @param {string|number} value
   * @param {string} [person]
   */
  async _keep(item, value, person = "") {
    if (await this._acts.observe(this._feed.session, item, value, person)) {
      this._dialog.close();
      await this._feed.ask();
    }
  }

  async _baseline() {
    await this._acts.ready();
    await this._feed.ask();
    if (!this._care) return;
    const again = this._care.baseline_again;
    const known = { ...this._care.baseline, ...again?.values };
    const inputs = Object.entries(known).map(([vital, value]) => {
      const input = make("input");
      input.type = "number";
      input.name = vital;
      input.value = value === null ? "" : String(value);
      return make("label", "", [NAMES.get(vital) ?? vital, input]);
    });
    const reasons = again ? [again.how, ...REASONS] : REASONS;
    const state = reasons.map((reason) =>
      button("act", reason, () => void this._stated(inputs, reason)),
    );
    const waive = WAIVED.map((reason) => button("act plain", reason, () => void this._waive(reason)));
    const why = make("h3", "", "Save as this patient's own, because");
    const without = make("h3", "", "Go on without what is missing, because");
    const doubt = again ? [make("p", "in-doubt", doubtTold(again))] : [];
    const form = make("div", "", [
      ...doubt,
      make("div", "baseline", inputs),
      make("div", "care-rows", [
        make("section", "", [why, make("div", "touch", state)]),
        make("section", "", [without, make("div", "touch", waive)]),
      ]),
    ]);
    this._open("Baseline of this patient", form);
  }

  /**
   * @param {HTMLElement[]} labels
   * @param {string} reason
   */
  async _stated(labels, reason) {
    const inputs = labels.flatMap((label) => [...label.querySelectorAll("input")]);
    const filled = inputs.filter((input) => input.value);
    const values = Object.fromEntries(filled.map((input) => [input.name, input.valueAsNumber]));
    if (await this._acts.stateBaseline(this._feed.session, values, reason)) await this._done();
  }

  /** @param {string} reason */
  async _waive(reason) {
    if (await this._acts.waiveBaseline(this._feed.session, reason)) await this._done();
  }

  async _done() {
    this._dialog.close();
    await this._feed.ask();
  }

  /**
   * @param {string} title
   * @param {HTMLElement} body
   */
  _open(title, body) {
    this._dialog.setAttribute("aria-label", title);
    const away = button("act plain", "Close", () => this._dialog.close());
    this._dialog.replaceChildren(make("h2", "", title), body, away);
    if (!this._dialog.open) this._dialog.showModal();
  }
}

/** @param {NonNullable<Care["baseline_again"]>} again */
function doubtTold({ values, missing, how, why }) {
  const found = Object.keys(values).length ? `Filled in below is what was ${how}.` : "";
  const left = missing ? `Not ${how}: ${missing}.` : "";
  return [`This baseline was ${why}.`, found, left].filter(Boolean).join(" ");
}

/** @param {Care} care */
function baselineTold(care) {
  const { NIBP_SYS, NIBP_DIA, ...others } = care.baseline;
  const known = Object.entries(others).filter(([, value]) => value !== null);
  const pressure = NIBP_SYS === null ? [] : [`NIBP ${NIBP_SYS}/${NIBP_DIA}`];
  const values = [...pressure, ...known.map(([vital, value]) => `${vital} ${value}`)].join(", ");
  const waived = care.baseline_waived ? ", waived" : "";
  const missing = care.baseline_missing ? `; ${care.baseline_missing}` : "";
  return `Baseline ${values || "none yet"}${missing}${waived}`;
}
