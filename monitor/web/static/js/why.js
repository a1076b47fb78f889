/** Why there is or was an alarm: what was measured against which limit, every step with its actor. */

import { counted } from "./counting.js";
import { button, make } from "./dom.js";
import { Refused, read } from "./server.js";
import { table } from "./table.js";

const STEPS = ["Time", "What happened", "The alarm then", "Priority", "Value", "Limit", "By", "Note"];

export class WhyDialog {
  constructor() {
    this._dialog = make("dialog", "why");
    this._dialog.setAttribute("aria-label", "Why this alarm");
    document.body.append(this._dialog);
  }

  /**
   * @param {string} session
   * @param {string} alarm its id
   */
  async show(session, alarm) {
    const path = `/api/sessions/${encodeURIComponent(session)}/why`;
    try {
      const { alarms } = await read(`${path}?${new URLSearchParams({ alarm })}`);
      this._open(alarms.flatMap(told));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._open([make("p", "", error.message)]);
    }
  }

  /** @param {Node[]} content */
  _open(content) {
    const away = button("act plain", "Close", () => this._dialog.close());
    // At the top, where the focus goes: nothing is scrolled away as it opens.
    const head = make("div", "why-head", [make("h2", "", "Why this alarm"), away]);
    this._dialog.replaceChildren(head, ...content);
    if (!this._dialog.open) this._dialog.showModal();
  }
}

/**
 * @param {import("./contract.js").Why} why
 * @returns {Node[]}
 */
function told(why) {
  /** @type {[string, string][]} */
  const facts = [
    ["What is watched", why.rule],
    ["Measured", measured(why)],
    ["Limit in force", said(why.limit, why.unit)],
    ["Patient's baseline", said(why.baseline, why.unit)],
    ["Since", why.onset],
  ];
  const known = facts.filter(([, text]) => text);
  const list = make("dl", "", known.flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]));
  const steps = why.steps.map((step) => [
    step.time,
    step.happened,
    step.stands,
    step.priority,
    said(step.value, why.unit),
    said(step.limit, why.unit),
    step.actor,
    step.note,
  ]);
  const codes = make("small", "", `rule ${why.condition}, alarm preset ${why.preset.slice(0, 12)}`);
  const steps_told = make("div", "scroll blocks", [table("Steps", STEPS, steps)]);
  return [make("p", "why-message", why.message), list, steps_told, make("p", "codes", [codes])];
}

/** @param {import("./contract.js").Why} why */
function measured(why) {
  const samples = why.fired_by.map((one) => `${one.label} ${said(one.value, one.unit)} at ${one.time}`);
  const more = why.fired_count > samples.length ? `; ${counted(why.fired_count, "value")} in all` : "";
  return samples.join(", then ") + more;
}

/**
 * @param {number|null} number
 * @param {string} unit
 */
function said(number, unit) {
  return number === null ? "" : `${Math.round(number * 10) / 10} ${unit}`.trim();
}
