/** A pad of digits for a finger in a glove, or the number keys; what was typed is never shown. */

import { button, make, write } from "./dom.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const LENGTH_MAX = 12;

export class PinPad {
  /** @param {(pin: string) => void} entered */
  constructor(entered) {
    this._entered = entered;
    this._pin = "";
    this._shown = make("output", "pin", "");
    this._shown.setAttribute("aria-live", "polite");
    const keys = DIGITS.map((digit) => button("act key", digit, () => this._add(digit)));
    const back = button("act key plain", "⌫", () => this._back());
    back.setAttribute("aria-label", "Delete the last digit");
    const zero = button("act key", "0", () => this._add("0"));
    const enter = button("act key", "OK", () => this._enter());
    const pad = make("div", "pad", [...keys, back, zero, enter]);
    this.element = make("div", "pin-pad", [this._shown, pad]);
    this.element.tabIndex = -1;
    this._draw();
  }

  /** The number keys of a keyboard. @param {KeyboardEvent} event */
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) this._add(event.key);
    else if (event.key === "Backspace") this._back();
    else if (event.key === "Enter" && this._pin) this._enter();
    else return;
    event.preventDefault();
  }

  /** Nothing typed stays. */
  clear() {
    this._pin = "";
    this._draw();
  }

  /** @param {string} digit */
  _add(digit) {
    this._pin = (this._pin + digit).slice(0, LENGTH_MAX);
    this._draw();
  }

  _back() {
    this._pin = this._pin.slice(0, -1);
    this._draw();
  }

  _enter() {
    const pin = this._pin;
    this.clear();
    if (pin) this._entered(pin);
  }

  _draw() {
    const count = this._pin.length;
    write(this._shown, "●".repeat(count) || "PIN");
    this._shown.setAttribute("aria-label", `${count} digits entered`);
  }
}
