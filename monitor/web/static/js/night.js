/**
 * The night palette: dimmer numbers, alarms as bright as ever.
 *
 * By the service's clock from 22 to 7, or as this display's button says.
 */

import { byId, mark, write } from "./dom.js";

const KEY = "chairside.night";
const FROM_HOUR = 22;
const TO_HOUR = 7;
/** What a press leads to. */
const NEXT = { auto: "on", on: "off", off: "auto" };
const TEXTS = { auto: "night: auto", on: "night: on", off: "night: off" };

/** @typedef {keyof typeof NEXT} Wish */

export class Night {
  constructor() {
    this._button = byId("night");
    const kept = localStorage.getItem(KEY) ?? "auto";
    this._wish = kept in NEXT ? /** @type {Wish} */ (kept) : "auto";
    this._hour = NaN;
    this._button.addEventListener("click", () => this._press());
    this._draw();
  }

  /** @param {string} clock the service's time of day */
  follow(clock) {
    this._hour = Number(clock.slice(0, 2));
    this._draw();
  }

  _press() {
    this._wish = /** @type {Wish} */ (NEXT[this._wish]);
    localStorage.setItem(KEY, this._wish);
    this._draw();
  }

  _draw() {
    const late = this._hour >= FROM_HOUR || this._hour < TO_HOUR;
    const dim = this._wish === "on" || (this._wish === "auto" && late);
    mark(document.documentElement, "night", dim ? "yes" : "");
    write(this._button, TEXTS[this._wish]);
  }
}
