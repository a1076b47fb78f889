/** Looking closer at a stretch of time: drag over it; the key 0 or its button shows all. */

import { button } from "./dom.js";

/** @typedef {import("./chart.js").Span} Span */

export class Zoom {
  /** @param {() => void} changed called when another stretch is to be drawn */
  constructor(changed) {
    this._changed = changed;
    /** @type {{from_ms: number, to_ms: number}|null} */
    this._near = null;
    this.button = button("span", "0 ALL", () => this.all());
    this.button.disabled = true;
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof Element && event.target.closest("input, select, dialog");
      if (event.key === "0" && !typing) this.all();
    });
  }

  /**
   * What to draw of a whole: the stretch chosen, and how the charts choose another.
   * @param {Span} whole
   * @returns {Span}
   */
  of(whole) {
    const near = this._near ?? whole;
    const closer = (/** @type {number} */ from_ms, /** @type {number} */ to_ms) => {
      this._look({ from_ms, to_ms });
    };
    return { ...whole, from_ms: near.from_ms, to_ms: near.to_ms, closer };
  }

  /** Back to the whole. */
  all() {
    if (this._near) this._look(null);
  }

  /** @param {{from_ms: number, to_ms: number}|null} near */
  _look(near) {
    this._near = near;
    this.button.disabled = near === null;
    this._changed();
  }
}
