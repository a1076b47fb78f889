/**
 * A chair's alarm message: the worst first, the others in turn, flashing by one page clock.
 *
 * Only the strip and the sector's edge flash, never a digit.
 */

import { make, mark, write } from "./dom.js";

export const ROTATE_MS = 2_000;

export class Message {
  constructor() {
    this.element = make("div", "message");
    this._what = make("span", "message-what");
    this._between = make("span", "message-between");
    this._then = make("span", "message-then");
    this._text = make("span", "message-text", [this._what, this._between, this._then]);
    this._minute = make("span");
    this._second = make("span", "message-second");
    this._onset = make("span", "message-onset", [this._minute, this._second]);
    this._more = make("span", "message-more");
    this.element.append(this._text, this._onset, this._more);
    /** @type {import("./contract.js").OpenAlarm[]} */
    this._alarms = [];
    this._said = "\n\n";
    this._first = "";
    this._since_ms = 0;
    this._width = 0;
    // Beside a dialog or on a turned tablet it has other room, and in another font.
    new ResizeObserver(() => this._resized()).observe(this.element);
    void document.fonts.ready.then(() => this._fit());
  }

  /** @param {import("./contract.js").OpenAlarm[]} alarms ranked by the service */
  draw(alarms) {
    this._alarms = alarms.filter((alarm) => !alarm.superseded);
    const first = this._alarms[0];
    const name = first ? `${first.id} ${first.onset_ms} ${first.priority}` : "";
    // Another worst alarm does not wait for its turn.
    if (name !== this._first) this._since_ms = Date.now();
    this._first = name;
    this.turn();
  }

  /** Show the alarm whose turn it is. */
  turn() {
    const count = this._alarms.length;
    const passed_ms = Math.max(Date.now() - this._since_ms, 0);
    const alarm = this._alarms[count ? Math.floor(passed_ms / ROTATE_MS) % count : 0];
    this._say(
      alarm ? `${alarm.marks} ${alarm.text}` : "",
      alarm ? alarm.suspended || alarm.acknowledged || alarm.onset : "",
      count > 1 ? `+${count - 1}` : "",
    );
    mark(this.element, "priority", alarm?.priority ?? "");
    const flashes = alarm?.state === "ACTIVE_UNACK" ? alarm.priority : "";
    mark(this.element, "flash", flashes);
  }

  /**
   * @param {string} text
   * @param {string} onset
   * @param {string} more
   */
  _say(text, onset, more) {
    const said = `${text}\n${onset}\n${more}`;
    if (said === this._said) return;
    this._said = said;
    const [what, between, then] = halves(text);
    write(this._what, what);
    write(this._between, between);
    write(this._then, then);
    const second = /^\d\d:\d\d:\d\d$/.test(onset) ? onset.slice(5) : "";
    write(this._minute, onset.slice(0, onset.length - second.length));
    write(this._second, second);
    write(this._more, more);
    mark(this.element, "more", more);
    mark(this._what, "whole", then ? "" : "yes");
    this._fit();
  }

  _resized() {
    if (this.element.clientWidth === this._width) return;
    this._width = this.element.clientWidth;
    this._fit();
  }

  /** A sentence too long for its line stands a little smaller, or on two lines where there is room. */
  _fit() {
    for (const long of ["", "snug", "yes", "yes, without its time"]) {
      mark(this.element, "long", long);
      if (this.element.scrollWidth <= this.element.clientWidth) return;
    }
  }
}

/**
 * What is the matter, and what to do or to know then, with the preset's colon or space between.
 * @param {string} text
 * @returns {[string, string, string]}
 */
function halves(text) {
  const colon = text.lastIndexOf(": ");
  const bracket = text.endsWith(")") ? text.lastIndexOf(" (") : -1;
  const [at, length] = colon < 0 ? [bracket, 1] : [colon, 2];
  if (at < 0) return [text, "", ""];
  return [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
}

/**
 * Give every flashing element of the page the same phase: two lamps at 2 Hz out
 * of step would make four flashes a second.
 */
export function inStep() {
  for (const animation of document.getAnimations()) {
    const flashing = animation instanceof CSSAnimation && animation.animationName.startsWith("flash");
    if (flashing && animation.startTime !== 0) animation.startTime = 0;
  }
}
