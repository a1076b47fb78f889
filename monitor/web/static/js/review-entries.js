/** What staff entered of a session, in its review: for those who are signed in, who may correct it. */

import { button, make } from "./dom.js";
import { EntriesCard } from "./entries.js";
import { SessionFeed } from "./feed.js";

export class ReviewEntries {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {{signedIn: boolean}} people
   * @param {string} session
   * @param {() => void} changed the figures are others from here on
   */
  constructor(acts, people, session, changed) {
    /** @type {import("./treatment.js").TreatmentFeed} */
    this._feed = new SessionFeed(acts, () => people.signedIn, "treatment");
    this._feed.session = session;
    this._people = people;
    this._changed = changed;
    this._known = "";
    this._card = new EntriesCard(this._feed, "Entries and corrections");
    this._card.element.hidden = true;
    this._open = button("span", "ENTRIES AND CORRECTIONS ...", () => void this._show());
    this._open.setAttribute("aria-expanded", "false");
    this.element = make("div", "review-entries", [this._open, this._card.element]);
    this._feed.listen((told) => this._seen(told));
  }

  /** Who signs out sees no names and words any more. */
  draw() {
    if (this._card.element.hidden || this._people.signedIn) return;
    this._feed.blank();
    this._hide(true);
  }

  async _show() {
    if (!this._card.element.hidden) {
      this._hide(true);
      return;
    }
    if (!(await this._feed.acts.ready())) return;
    await this._feed.ask();
    this._hide(false);
  }

  /** @param {boolean} hidden */
  _hide(hidden) {
    this._card.element.hidden = hidden;
    this._open.setAttribute("aria-expanded", String(!hidden));
  }

  /** @param {import("./contract-treatment.js").Treatment|null} told */
  _seen(told) {
    const known = told ? JSON.stringify(told.entries) : this._known;
    if (this._known && known !== this._known) this._changed();
    this._known = known;
  }
}
