/** All open alarms of the clinic in one row, the worst first. */

import { button, byId, link, make, mark, write } from "./dom.js";
import { SuspendDialog } from "./silences.js";

export class Strip {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} own a chair whose alarms the page tells elsewhere
   */
  constructor(acts, own) {
    this._acts = acts;
    this._own = own;
    this._row = byId("strip");
    this._clinic = byId("clinic-alarms");
    this._suspend = new SuspendDialog(acts, "");
    document.body.append(this._suspend.element);
    this._known = "";
    /** @type {HTMLElement[]} */
    this._items = [];
    this._more = make("li", "strip-more");
    // Hidden, in another font or on a turned tablet it had other room.
    new ResizeObserver(() => this._fit()).observe(this._row);
    void document.fonts.ready.then(() => this._fit());
  }

  /** @param {import("./contract.js").StripEntry[]} entries */
  draw(entries) {
    const known = JSON.stringify(entries);
    if (known === this._known) return;
    this._known = known;
    const elsewhere = entries.filter((entry) => entry.chair && entry.chair !== this._own);
    const items = elsewhere.map((entry) => {
      const text = link("strip-entry", entry.text, `/chair/${encodeURIComponent(entry.chair)}`);
      mark(text, "priority", entry.priority);
      return make("li", "", [text]);
    });
    this._items = items;
    this._row.replaceChildren(...items, this._more);
    this._fit();
    this._drawClinic(entries.filter((entry) => !entry.chair));
  }

  /**
   * Alarms of the clinic as a whole have no tile: they stand in the head, to be acknowledged there.
   * @param {import("./contract.js").StripEntry[]} entries
   */
  _drawClinic(entries) {
    const alarms = entries.map((entry) => make("div", "clinic-alarm", this._ofClinic(entry)));
    this._clinic.replaceChildren(...alarms);
  }

  /** @param {import("./contract.js").StripEntry} entry */
  _ofClinic(entry) {
    const alarm = button("strip-entry", entry.text, () => void this._acts.acknowledge(entry.id));
    alarm.title = `${entry.text}: acknowledge (this board only)`;
    mark(alarm, "priority", entry.priority);
    const rule = entry.condition;
    if (entry.suspended) {
      const again = button("", "SOUND AGAIN", () => void this._acts.endSuspension("", rule));
      again.setAttribute("aria-label", `${rule}: sound again`);
      return [alarm, make("span", "silent-until", entry.suspended), again];
    }
    if (!entry.can_suspend) return [alarm];
    const suspend = button("", "SUSPEND ...", () => this._suspend.ask(rule, entry.text));
    suspend.setAttribute("aria-label", `${rule}: suspend`);
    return [alarm, suspend];
  }

  /** The row has one line: what does not fit is counted, but the worst one is always told. */
  _fit() {
    for (const item of this._items) item.hidden = false;
    write(this._more, "");
    let hidden = 0;
    while (hidden < this._items.length - 1 && this._row.scrollWidth > this._row.clientWidth) {
      hidden += 1;
      const last = this._items.at(-hidden);
      if (last) last.hidden = true;
      write(this._more, `+${hidden}`);
    }
  }
}
