/** All open alarms of the clinic in one row, the worst first. */

import { byId, link, make, mark, write } from "./dom.js";

export class Strip {
  constructor() {
    this._row = byId("strip");
    this._known = "";
  }

  /** @param {import("./contract.js").StripEntry[]} entries */
  draw(entries) {
    const known = JSON.stringify(entries);
    if (known === this._known) return;
    this._known = known;
    const items = entries.map((entry) => {
      const text = link("strip-entry", entry.text, `/chair/${encodeURIComponent(entry.chair)}`);
      mark(text, "priority", entry.priority);
      return make("li", "", [text]);
    });
    this._row.replaceChildren(...items);
    this._fit(items);
  }

  /**
   * The row has one line: what does not fit is counted.
   * @param {HTMLElement[]} items
   */
  _fit(items) {
    const more = make("li", "strip-more");
    this._row.append(more);
    let hidden = 0;
    while (hidden < items.length && this._row.scrollWidth > this._row.clientWidth) {
      hidden += 1;
      const last = items.at(-hidden);
      if (last) last.hidden = true;
      write(more, `+${hidden}`);
    }
  }
}
