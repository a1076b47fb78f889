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
    this._text = make("span", "message-text");
    this._onset = make("span", "message-onset");
    this._more = make("span", "message-more");
    this.element.append(this._text, this._onset, this._more);
    /** @type {import("./contract.js").OpenAlarm[]} */
    this._alarms = [];
  }

  /** @param {import("./contract.js").OpenAlarm[]} alarms ranked by the service */
  draw(alarms) {
    this._alarms = alarms.filter((alarm) => !alarm.superseded);
    this.turn();
  }

  /** Show the alarm whose turn it is. */
  turn() {
    const count = this._alarms.length;
    const alarm = this._alarms[count ? Math.floor(Date.now() / ROTATE_MS) % count : 0];
    write(this._text, alarm ? `${alarm.marks} ${alarm.text}` : "");
    write(this._onset, alarm ? alarm.acknowledged || alarm.onset : "");
    write(this._more, count > 1 ? `+${count - 1}` : "");
    mark(this.element, "priority", alarm?.priority ?? "");
    const flashes = alarm?.state === "ACTIVE_UNACK" ? alarm.priority : "";
    mark(this.element, "flash", flashes);
  }
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
