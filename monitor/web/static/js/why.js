/** Why there is or was an alarm: rule, preset, limit, baseline, samples, every step with its actor. */

import { button, make } from "./dom.js";
import { Refused, read } from "./server.js";
import { table } from "./table.js";

const STEPS = ["Time", "From", "To", "Reason", "Priority", "Value", "Limit", "By", "Note"];

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
    this._dialog.replaceChildren(make("h2", "", "Why this alarm"), ...content, away);
    if (!this._dialog.open) this._dialog.showModal();
  }
}

/**
 * @param {import("./contract.js").Why} why
 * @returns {Node[]}
 */
function told(why) {
  const samples = why.fired_by.map((one) => `${one.label} ${one.value} at ${one.time}`);
  const more = why.fired_count > samples.length ? `, ${why.fired_count} samples in all` : "";
  /** @type {[string, string][]} */
  const facts = [
    ["Rule", why.condition],
    ["Preset", why.preset.slice(0, 12)],
    ["Limit in force", said(why.limit)],
    ["Baseline", why.baseline === null ? "not used" : said(why.baseline)],
    ["First violating sample", why.onset],
    ["Fired by", samples.length ? samples.join(", then ") + more : "time alone"],
  ];
  const list = make("dl", "", facts.flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]));
  const steps = why.steps.map((step) => [
    step.time,
    step.from,
    step.to,
    step.reason,
    step.priority,
    said(step.value),
    said(step.limit),
    step.actor,
    step.note,
  ]);
  return [make("p", "why-message", why.message), list, make("div", "scroll", [table("Steps", STEPS, steps)])];
}

/** @param {number|null} number */
function said(number) {
  return number === null ? "" : String(Math.round(number * 10) / 10);
}
