/** What stays in sight while something is asked: head, alarms of all chairs, a chair's numbers. */

/** The lowest of them counts. */
const KEPT = ".overhead, .overhead .strip, .chair-top";

/** Tell the style sheets, as --sight, where they end: a dialog begins below. */
export function keepInSight() {
  const draw = () => {
    const ends = [...document.querySelectorAll(KEPT)].map((one) => one.getBoundingClientRect().bottom);
    const sight = Math.max(0, ...ends);
    document.documentElement.style.setProperty("--sight", `${Math.ceil(sight)}px`);
  };
  const sizes = new ResizeObserver(draw);
  for (const one of document.querySelectorAll(KEPT)) sizes.observe(one);
  draw();
}
