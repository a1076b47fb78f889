/** The keyboard of the wall; single keys can be turned off by whoever dictates to a screen. */

import { byId } from "./dom.js";

const OFF = "chairside.keys-off";
const TYPING_MS = 700;

/**
 * @typedef {object} Board
 * @property {() => string[]} labels chair labels in the order of the wall
 * @property {(label: string) => void} open
 * @property {(step: number) => void} move focus to another chair
 * @property {() => number} columns
 * @property {() => void} acknowledge
 * @property {() => void} pause
 * @property {() => void} go
 */

export class Keys {
  /** @param {Board} board */
  constructor(board) {
    this._board = board;
    this._typed = "";
    this._timer = 0;
    this._dialog = /** @type {HTMLDialogElement} */ (byId("keys"));
    const off = /** @type {HTMLInputElement} */ (byId("keys-off"));
    off.checked = localStorage.getItem(OFF) === "yes";
    off.addEventListener("change", () => {
      localStorage.setItem(OFF, off.checked ? "yes" : "");
    });
    byId("keys-close").addEventListener("click", () => this._dialog.close());
    byId("keys-open").addEventListener("click", () => this._dialog.showModal());
    document.addEventListener("keydown", (event) => this._press(event, off.checked));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} off
   */
  _press(event, off) {
    const typing = event.target instanceof Element && event.target.closest("input, select, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this._board.columns(),
      ArrowDown: this._board.columns(),
    };
    const step = arrows[/** @type {keyof typeof arrows} */ (event.key)];
    if (step) {
      event.preventDefault();
      this._board.move(step);
    } else if (event.key === "Enter" && this._typed) {
      event.preventDefault();
      this._openTyped();
    } else if (!off && event.key.length === 1) {
      this._letter(event.key.toLowerCase());
    }
  }

  /** @param {string} key */
  _letter(key) {
    if (/^\d$/.test(key)) this._digit(key);
    else if (key === "a") this._board.acknowledge();
    else if (key === "p") this._board.pause();
    else if (key === "g") this._board.go();
    else if (key === "h") window.location.assign("/history");
    else if (key === "s") window.location.assign("/sessions");
    else if (key === "?") this._dialog.showModal();
  }

  /** A digit opens its chair at once when no longer label begins with it. @param {string} key */
  _digit(key) {
    this._typed += key;
    window.clearTimeout(this._timer);
    const longer = this._board
      .labels()
      .some((label) => label.startsWith(this._typed) && label !== this._typed);
    this._timer = window.setTimeout(() => this._openTyped(), longer ? TYPING_MS : 0);
  }

  _openTyped() {
    const label = this._typed;
    this._typed = "";
    window.clearTimeout(this._timer);
    if (this._board.labels().includes(label)) this._board.open(label);
  }
}
