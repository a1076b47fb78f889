/** One value in its place: number, label, limits, note. Nothing moves when the text changes. */

import { make, mark, write } from "./dom.js";

export class SlotView {
  /** @param {string} size "large" or "small" */
  constructor(size) {
    this.element = make("div", `slot ${size}`);
    this._label = make("span", "label");
    this._unit = make("span", "unit");
    this._arrow = make("span", "arrow");
    this._why = make("span", "note-what");
    this._since = make("span", "note-time");
    const note = make("span", "note", [this._why, this._since]);
    this._number = make("span", "number");
    this._doubt = make("span", "doubt");
    this._high = make("span", "limit high");
    this._low = make("span", "limit low");
    const head = make("div", "slot-head", [this._label, this._unit, this._arrow, note]);
    const off = make("span", "no-alarm");
    off.title = "no alarm is set for it";
    const limits = make("div", "limits", [this._high, this._doubt, this._low, off]);
    this.element.append(head, make("div", "slot-body", [this._number, limits]));
  }

  /**
   * @param {import("./contract.js").Slot} slot
   * @param {boolean} seated whether somebody sits there: then limits, or that there are none, are told
   */
  draw(slot, seated) {
    const judged = Boolean(slot.limits.high || slot.limits.low);
    mark(this.element, "judged", judged || !seated ? "" : "no");
    mark(this.element, "vital", slot.vital);
    mark(this.element, "state", slot.state);
    mark(this.element, "priority", slot.priority);
    mark(this.element, "pending", slot.pending ? "yes" : "");
    write(this._label, slot.label);
    write(this._unit, [slot.unit, slot.source].filter(Boolean).join(" · "));
    write(this._arrow, slot.arrow);
    const [why, since] = timed(slot.note);
    write(this._why, why);
    write(this._since, since);
    mark(this._why, "timed", since ? "yes" : "");
    const doubtful = slot.state === "questionable";
    write(this._number, doubtful ? slot.text.replace(/\?$/, "") : slot.text);
    write(this._doubt, doubtful ? "?" : "");
    write(this._high, slot.limits.high);
    write(this._low, slot.limits.low);
  }

  blank() {
    mark(this.element, "priority", "");
    mark(this.element, "pending", "");
    mark(this.element, "judged", "");
    const noted = [this._arrow, this._why, this._since];
    for (const part of [...noted, this._number, this._doubt, this._high, this._low]) write(part, "");
  }
}

/**
 * Why there is no number, and for how long: "no data 00:34".
 * @param {string} note
 * @returns {[string, string]}
 */
function timed(note) {
  const at = note.search(/\d+:\d\d$/);
  return at > 0 ? [note.slice(0, at), note.slice(at)] : [note, ""];
}

export class NibpView {
  constructor() {
    this.element = make("div", "slot large nibp");
    mark(this.element, "vital", "NIBP");
    this._note = make("span", "note");
    this._number = make("span", "number");
    this._mean = make("span", "mean");
    this._high = make("span", "limit high");
    this._low = make("span", "limit low");
    this._time = make("span", "taken");
    this._age = make("span", "age");
    this._next = make("span", "next");
    this._change = make("span", "change");
    const label = make("span", "label", "NIBP");
    const names = [label, make("span", "unit", "mmHg"), this._change, this._note];
    const limits = make("div", "limits", [this._high, this._mean, this._low]);
    this.element.append(
      make("div", "slot-head", names),
      make("div", "slot-body", [this._number, limits]),
      make("div", "when", [this._time, this._age, this._next]),
    );
  }

  /** @param {import("./contract.js").Nibp} nibp */
  draw(nibp) {
    mark(this.element, "state", nibp.state);
    mark(this.element, "priority", nibp.priority);
    write(this._number, nibp.text);
    write(this._mean, nibp.mean);
    write(this._change, nibp.change && `${nibp.change} from baseline`);
    write(this._high, nibp.limits?.high ?? "");
    write(this._low, nibp.limits?.low ?? "");
    write(this._note, nibp.note);
    write(this._time, nibp.time);
    write(this._age, nibp.age);
    write(this._next, nibp.next);
  }

  blank() {
    mark(this.element, "priority", "");
    const parts = [this._number, this._mean, this._change, this._note, this._time, this._age, this._next];
    for (const part of [...parts, this._high, this._low]) write(part, "");
  }
}
