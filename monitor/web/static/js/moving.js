/** A patient goes to another chair: which, of those that are free. */

import { button, make, mark, write } from "./dom.js";

const FREE = "EMPTY";

export class MoveDialog {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair
   */
  constructor(acts, chair) {
    this._acts = acts;
    this._chair = chair;
    this._session = "";
    this._patient = "";
    this._heading = make("h2");
    this._chairs = make("div", "choices free-chairs");
    this._refused = make("p", "refused");
    this._refused.setAttribute("role", "alert");
    this.open = button("act plain", "MOVE ...", () => this._show());
    const away = button("act plain", "Cancel", () => this.element.close());
    const told =
      "Alarms, limits, pauses and baseline go along. " +
      "This chair's monitor no longer counts for the patient; the other chair's does.";
    this.element = make("dialog", "move", [
      this._heading,
      make("p", "", told),
      this._chairs,
      this._refused,
      make("div", "choices", [away]),
    ]);
    this.element.setAttribute("aria-label", "Move to another chair");
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    const tile = wall.tiles.find((one) => one.chair === this._chair);
    this._session = tile?.session?.id ?? "";
    this._patient = tile?.patient ?? "";
    this.open.hidden = !this._session;
    if (!this._session && this.element.open) this.element.close();
    const free = wall.tiles.filter((one) => one.state === FREE && one.chair !== this._chair);
    const wanted = free.map((one) => one.chair).join();
    if (this._chairs.dataset.holds === wanted) return;
    mark(this._chairs, "holds", wanted);
    const buttons = free.map((one) =>
      button("act", `CHAIR ${one.label}`, () => void this._move(one.chair)),
    );
    this._chairs.replaceChildren(...(free.length ? buttons : [make("p", "", "No chair is free.")]));
  }

  _show() {
    write(this._heading, `Move ${this._patient} to another chair`);
    write(this._refused, "");
    this.element.showModal();
  }

  /** @param {string} to */
  async _move(to) {
    const why = await this._acts.tried(`/api/sessions/${encodeURIComponent(this._session)}/move`, {
      to,
    });
    write(this._refused, why);
    if (!why) window.location.assign(`/chair/${encodeURIComponent(to)}`);
  }
}
