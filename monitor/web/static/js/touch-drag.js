/** Dragging over a chart with a finger, as with a mouse: sideways chooses, up and down scrolls. */

const DRAG_PX = 12;

/**
 * @param {import("./chart.js").Plot} plot
 * @param {(from_px: number, to_px: number) => void} chosen called with the stretch, left to right
 */
export function dragByTouch(plot, chosen) {
  const over = plot.over;
  let began_px = NaN;
  const at = (/** @type {PointerEvent} */ event) => {
    const box = over.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - box.left, 0), box.width);
  };
  const show = (/** @type {number} */ left, /** @type {number} */ width) => {
    plot.setSelect({ left, width, top: 0, height: width ? over.clientHeight : 0 }, false);
  };
  over.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") began_px = at(event);
  });
  over.addEventListener("pointermove", (event) => {
    if (Number.isNaN(began_px) || event.pointerType !== "touch") return;
    const now_px = at(event);
    show(Math.min(began_px, now_px), Math.abs(now_px - began_px));
  });
  over.addEventListener("pointercancel", () => {
    began_px = NaN;
    show(0, 0);
  });
  over.addEventListener("pointerup", (event) => {
    if (Number.isNaN(began_px)) return;
    const ends = [began_px, at(event)].sort((one, other) => one - other);
    began_px = NaN;
    show(0, 0);
    const [from_px = 0, to_px = 0] = ends;
    if (to_px - from_px >= DRAG_PX) chosen(from_px, to_px);
  });
}
