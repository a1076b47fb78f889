/** One small multiple: BP, heart rate or SpO2 of one infusion, on the axes of the whole course. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 220;
const HEIGHT = 120;
const LEFT = 30;
const BOTTOM = 18;
const TOP = 6;
const RIGHT = 6;

/** @typedef {import("./contract-course.js").Lines} Lines */
/** @typedef {import("./contract-course.js").Course} Course */

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string|number>} attributes
 * @param {string} [text]
 * @returns {SVGElementTagNameMap[K]}
 */
function draw(tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text) element.textContent = text;
  return element;
}

class Plot {
  /**
   * @param {number[]} x lowest, highest, step
   * @param {number[]} y
   * @param {string} said for those who do not see it
   */
  constructor(x, y, said) {
    this._x = x;
    this._y = y;
    this.element = draw("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: "multiple",
      role: "img",
      "aria-label": said,
    });
    this._frame();
  }

  /** @param {number} minute */
  at(minute) {
    const [low = 0, high = 1] = this._x;
    return LEFT + ((minute - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  }

  /** @param {number} value */
  level(value) {
    const [low = 0, high = 1] = this._y;
    return HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  }

  _frame() {
    const [x_low = 0, x_high = 1] = this._x;
    const [y_low = 0, y_high = 1, y_step = 1] = this._y;
    for (let value = y_low; value <= y_high; value += y_step) {
      this.line(x_low, value, x_high, value, "grid");
      if ((value - y_low) % (2 * y_step) === 0) {
        this._text(LEFT - 4, this.level(value) + 3.5, String(value), "end");
      }
    }
    const every = Math.max(30, Math.ceil((x_high - x_low) / 120) * 30);
    for (let minute = 0; minute <= x_high; minute += every) {
      this.line(minute, y_low, minute, y_high, minute === 0 ? "start" : "grid");
      this._text(this.at(minute), HEIGHT - 5, minute === 0 ? "0 min" : String(minute), "middle");
    }
  }

  /**
   * @param {number} from
   * @param {number} low
   * @param {number} to
   * @param {number} high
   * @param {string} kind
   */
  line(from, low, to, high, kind) {
    const ends = { x1: this.at(from), y1: this.level(low), x2: this.at(to), y2: this.level(high) };
    this.element.append(draw("line", { ...ends, class: kind }));
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {string} text
   * @param {string} anchor
   */
  _text(x, y, text, anchor) {
    this.element.append(draw("text", { x, y, "text-anchor": anchor }, text));
  }

  /** @param {number|null} minute when the infusion ended */
  ends(minute) {
    const [y_low = 0, y_high = 1] = this._y;
    if (minute !== null) this.line(minute, y_low, minute, y_high, "ended");
  }

  /**
   * Stretches of minute, lowest and highest: a band as thin as the values are steady.
   * @param {[number, number, number][][]} spans
   * @param {string} kind
   */
  bands(spans, kind) {
    for (const span of spans) {
      const up = span.map(([minute, , high]) => `${this.at(minute).toFixed(1)},${this.level(high).toFixed(1)}`);
      const down = span.map(([minute, low]) => `${this.at(minute).toFixed(1)},${this.level(low).toFixed(1)}`);
      const points = [...up, ...down.reverse()].join(" ");
      this.element.append(draw("polygon", { points, class: `band ${kind}` }));
    }
  }

  /** @param {[number, number|null, number|null][]} readings minute, systolic, diastolic */
  pressures(readings) {
    for (const [minute, systolic, diastolic] of readings) {
      if (systolic !== null && diastolic !== null) {
        this.line(minute, diastolic, minute, systolic, "pressure");
      }
      if (systolic !== null) this._caret(minute, systolic, 1);
      if (diastolic !== null) this._caret(minute, diastolic, -1);
    }
  }

  /**
   * @param {number} minute
   * @param {number} value
   * @param {number} up 1 for systolic, -1 for diastolic
   */
  _caret(minute, value, up) {
    const [x, y] = [this.at(minute), this.level(value)];
    const points = `${x - 3.5},${y - 4 * up} ${x},${y} ${x + 3.5},${y - 4 * up}`;
    this.element.append(draw("polyline", { points, class: "caret" }));
  }
}

/**
 * @param {"bp"|"hr"|"spo2"} kind
 * @param {Lines} lines
 * @param {Course["axes"]} axes
 * @param {string} said
 * @returns {SVGSVGElement}
 */
export function multiple(kind, lines, axes, said) {
  const plot = new Plot(axes.x, axes[kind], said);
  plot.ends(lines.end);
  if (kind !== "bp") {
    plot.bands(lines[kind], kind);
    return plot.element;
  }
  const [x_low = 0, x_high = 1] = axes.x;
  if (lines.baseline !== null) plot.line(x_low, lines.baseline, x_high, lines.baseline, "baseline");
  plot.pressures(lines.bp);
  return plot.element;
}
