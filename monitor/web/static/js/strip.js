/** All open alarms of the clinic in one row, the worst first. */

import { button, byId, link, make, mark, write } from "./dom.js";

export class Strip {
  /** @param {import("./acts.js").Acts} acts */
  constructor(acts) {
    this._acts = acts;
    this._row = byId("strip");
    this._clinic = byId("clinic-alarms");
    this._known = "";
  }

  /** @param {import("./contract.js").StripEntry[]} entries */
  draw(entries) {
    const known = JSON.stringify(entries);
    if (known === this._known) return;
    this._known = known;
    const items = entries.filter((entry) => entry.chair).map((entry) => {
      const text = link("strip-entry", entry.text, `/chair/${encodeURIComponent(entry.chair)}`);
      mark(text, "priority", entry.priority);
      return make("li", "", [text]);
    });
    this._row.replaceChildren(...items);
    this._fit(items);
    this._drawClinic(entries.filter((entry) => !entry.chair));
  }

  /**
   * Alarms of the clinic as a whole have no tile: they stand in the head, to be acknowledged there.
   * @param {import("./contract.js").StripEntry[]} entries
   */
  _drawClinic(entries) {
    const buttons = entries.map((entry) => {
      const one = button("strip-entry", entry.text, () => void this._acts.acknowledge(entry.id));
      one.title = "acknowledge (this board only)";
      mark(one, "priority", entry.priority);
      return one;
    });
    this._clinic.replaceChildren(...buttons);
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
