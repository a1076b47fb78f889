/** What the service says of itself: two lines in the head of every page, the whole at a touch. */

import { button, byId, make, mark } from "./dom.js";

const SHOWN_MAX = 2;
/** @type {Record<string, number>} */
const URGENCY = { error: 0, warn: 1, info: 2 };

/** @typedef {import("./contract.js").StatusLine} StatusLine */

export class ServiceStatus {
  constructor() {
    this._button = byId("status");
    this._list = make("ul", "status-lines");
    const away = button("act plain", "Close", () => this._dialog.close());
    this._dialog = make("dialog", "", [make("h2", "", "Service status"), this._list, away]);
    this._dialog.setAttribute("aria-label", "Service status");
    document.body.append(this._dialog);
    this._known = "";
    this._button.addEventListener("click", () => this._dialog.showModal());
  }

  /** @param {StatusLine[]} lines */
  draw(lines) {
    const known = JSON.stringify(lines);
    if (known === this._known) return;
    this._known = known;
    const ranked = [...lines].sort((one, other) => rank(one) - rank(other));
    this._button.hidden = !ranked.length;
    this._button.title = ranked.map((line) => line.text).join("\n");
    this._button.replaceChildren(...briefly(ranked));
    this._list.replaceChildren(...ranked.map((line) => told("li", line, line.text)));
  }
}

/**
 * The worst ones in as few words as can be; how many more there are stands at the last.
 * @param {StatusLine[]} ranked
 */
function briefly(ranked) {
  const more = ranked.length - SHOWN_MAX;
  return ranked.slice(0, SHOWN_MAX).map((line, at) => {
    const counted = more > 0 && at === SHOWN_MAX - 1 ? [make("span", "more", ` +${more}`)] : [];
    return told("span", line, [make("span", "brief", line.brief), ...counted]);
  });
}

/**
 * @param {"li"|"span"} tag
 * @param {StatusLine} line
 * @param {string|Node[]} says
 */
function told(tag, line, says) {
  const element = make(tag, "", says);
  mark(element, "level", line.level);
  return element;
}

/** @param {StatusLine} line */
function rank(line) {
  return URGENCY[line.level] ?? 0;
}
