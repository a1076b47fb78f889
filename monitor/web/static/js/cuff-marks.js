/** Cuff readings as marks: systolic v above, diastolic ^ below, joined by a thin bar. */

const WHITE = "#ffffff";
/** The ink of what was marked as an artefact. */
export const MARKED = "#9aa7b4";

/**
 * @param {import("./chart.js").Plot} plot
 * @param {import("./contract.js").CuffReading[]} cuffs
 */
export function drawCuffs(plot, cuffs) {
  for (const cuff of cuffs) pen(plot, WHITE, (ink) => drawCuff(plot, ink, cuff, cuff));
}

/**
 * What was marked of cuff readings: grey and dashed, counting for nothing.
 * @param {import("./chart.js").Plot} plot
 * @param {import("./contract.js").CuffReading[]} cuffs
 */
export function drawMarkedCuffs(plot, cuffs) {
  for (const cuff of cuffs) {
    pen(plot, MARKED, (ink) => {
      ink.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
      drawCuff(plot, ink, cuff, { systolic: cuff.marked_systolic, diastolic: cuff.marked_diastolic });
    });
  }
}

/**
 * @param {import("./chart.js").Plot} plot
 * @param {CanvasRenderingContext2D} ink
 * @param {import("./contract.js").CuffReading} cuff
 * @param {{systolic?: number|null, diastolic?: number|null}} values
 */
function drawCuff(plot, ink, cuff, { systolic, diastolic }) {
  const arm = 5 * devicePixelRatio;
  const x = plot.valToPos(cuff.at_ms / 1_000, "x", true);
  if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) return;
  const y = (/** @type {number} */ value) => plot.valToPos(value, "y", true);
  const top = systolic ?? null;
  const low = diastolic ?? null;
  if (top !== null) caret(ink, x, y(top), arm, -1);
  if (low !== null) caret(ink, x, y(low), arm, 1);
  if (cuff.manual && top !== null) {
    ink.font = `${11 * devicePixelRatio}px Inter`;
    ink.fillText("M", x + arm, y(top) - arm);
  }
  if (top === null || low === null) return;
  ink.globalAlpha = 0.45;
  ink.lineWidth = devicePixelRatio;
  ink.beginPath();
  ink.moveTo(x, y(top));
  ink.lineTo(x, y(low));
  ink.stroke();
  ink.globalAlpha = 1;
}

/**
 * The caret points at its value: v stands on it, ^ hangs from it.
 * @param {CanvasRenderingContext2D} ink
 * @param {number} x
 * @param {number} y
 * @param {number} arm
 * @param {1|-1} side -1 opens upward (v), 1 downward (^)
 */
function caret(ink, x, y, arm, side) {
  ink.lineWidth = 2.2 * devicePixelRatio;
  ink.beginPath();
  ink.moveTo(x - arm, y + side * arm * 1.6);
  ink.lineTo(x, y);
  ink.lineTo(x + arm, y + side * arm * 1.6);
  ink.stroke();
}

/**
 * @param {import("./chart.js").Plot} plot
 * @param {string} colour
 * @param {(ink: CanvasRenderingContext2D) => void} draw
 */
export function pen(plot, colour, draw) {
  const ink = plot.ctx;
  ink.save();
  ink.strokeStyle = colour;
  ink.fillStyle = colour;
  draw(ink);
  ink.restore();
}
