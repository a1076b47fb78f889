/** What is asked on the way out, as fields: a recovery score item by item, the hand-over. */

import { make, write } from "./dom.js";
import { tick } from "./sheet.js";

const POINTS = [2, 1, 0];
const MINUTE_MS = 60_000;

/** @typedef {import("./contract-leaving.js").ScorePart} ScorePart */
/** @typedef {import("./contract-leaving.js").HandOverAsked} HandOverAsked */

/** A recovery score: what its items' points are given for, and their sum so far. */
export class ScoreFields {
  /**
   * @param {string} score
   * @param {ScorePart[]} parts
   */
  constructor(score, parts) {
    this._score = score;
    this._parts = parts;
    this.sum = make("output", "sum", "");
    this.element = make("div", "score-parts way-out", parts.map(partFields));
    this.element.addEventListener("change", () => this._add());
    this._add();
  }

  /** @returns {Record<string, number>} the points chosen, by item */
  get said() {
    const chosen = this.element.querySelectorAll("input:checked");
    return Object.fromEntries(
      [...chosen].map((one) => {
        const input = /** @type {HTMLInputElement} */ (one);
        return [input.name, Number(input.value)];
      }),
    );
  }

  _add() {
    const chosen = Object.values(this.said);
    const sum = chosen.reduce((all, one) => all + one, 0);
    const open = this._parts.length - chosen.length;
    write(this.sum, open ? `${sum}, ${open} items open` : `${this._score} ${sum} of 10`);
  }
}

/** @param {ScorePart} part */
function partFields(part) {
  const choices = POINTS.map((points, at) => {
    const choice = input("radio", part.name, String(points));
    choice.required = true;
    return make("label", "", [choice, `${points}  ${part.words[at] ?? ""}`]);
  });
  const needs = part.full ? " (2 is needed)" : "";
  return make("fieldset", "", [make("legend", "", part.name + needs), ...choices]);
}

/** The hand-over to the sitter, point by point. */
export class HandOverFields {
  /** @param {HandOverAsked} asked */
  constructor(asked) {
    this._asked = asked;
    this._sitter = input("text", "sitter", asked.sitter);
    this._sitter.required = true;
    this._sitter.maxLength = 60;
    this._sitter.autocomplete = "off";
    this._next = moment("next", asked.next_ms, asked.utc_offset_min);
    this._journal = moment("journal", asked.journal_due_ms, asked.utc_offset_min);
    const points = asked.advice.map((point) => {
      const told = tick(point.text, false);
      told.input.required = true;
      return told.element;
    });
    this.elements = [
      make("label", "line", ["The sitter who takes the patient home ", this._sitter]),
      make("fieldset", "", [make("legend", "", "Told, point by point"), ...points]),
      make("label", "line", ["Next session ", this._next.input]),
      make("label", "line", ["Journal due ", this._journal.input]),
    ];
  }

  get said() {
    return {
      sitter: this._sitter.value.trim(),
      points: this._asked.advice.map((point) => point.id),
      next_ms: this._next.ms(),
      journal_due_ms: this._journal.ms(),
    };
  }
}

/**
 * A time of the clinic's clock, or none.
 * @param {string} name
 * @param {number|null} at_ms
 * @param {number} offset_min of the clinic's zone, from UTC
 */
function moment(name, at_ms, offset_min) {
  const field = input("datetime-local", name, "");
  if (at_ms !== null) {
    field.valueAsNumber = Math.floor(at_ms / MINUTE_MS) * MINUTE_MS + offset_min * MINUTE_MS;
  }
  return {
    input: field,
    ms: () => (field.value ? field.valueAsNumber - offset_min * MINUTE_MS : null),
  };
}

/**
 * @param {string} type
 * @param {string} name
 * @param {string} value
 */
function input(type, name, value) {
  const element = make("input");
  element.type = type;
  element.name = name;
  element.value = value;
  return element;
}
