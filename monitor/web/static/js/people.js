/** Who acts: picked from the staff, kept for this tab only. */

import { button, byId, make } from "./dom.js";

const KEY = "chairside.actor";

export class People {
  constructor() {
    this._select = /** @type {HTMLSelectElement} */ (byId("acting"));
    this._dialog = /** @type {HTMLDialogElement} */ (byId("who"));
    this._known = "";
    this._select.addEventListener("change", () => this._keep(this._select.value));
  }

  /** @param {import("./contract.js").Person[]} staff */
  draw(staff) {
    const known = JSON.stringify(staff);
    if (known === this._known) return;
    this._known = known;
    const nobody = make("option", "", "nobody yet");
    nobody.value = "";
    const options = staff.map((person) => {
      const option = make("option", "", person.name);
      option.value = person.id;
      return option;
    });
    this._select.replaceChildren(nobody, ...options);
    const kept = sessionStorage.getItem(KEY) ?? "";
    this._select.value = staff.some((person) => person.id === kept) ? kept : "";
  }

  /**
   * The id of who acts; asks when nobody is picked. Resolves to "" when they turn away.
   * @returns {Promise<string>}
   */
  async actor() {
    if (this._select.value) return this._select.value;
    return this._ask();
  }

  /** @param {string} person */
  _keep(person) {
    sessionStorage.setItem(KEY, person);
    this._select.value = person;
  }

  /** @returns {Promise<string>} */
  _ask() {
    const list = make("div", "choices");
    const dialog = this._dialog;
    const options = [...this._select.options].filter((option) => option.value);
    for (const option of options) {
      list.append(button("act", option.text, () => dialog.close(option.value)));
    }
    list.append(button("act plain", "Cancel", () => dialog.close("")));
    dialog.replaceChildren(make("h2", "", "Who acts?"), list);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      const closed = () => {
        if (dialog.returnValue) this._keep(dialog.returnValue);
        resolve(dialog.returnValue);
      };
      dialog.addEventListener("close", closed, { once: true });
    });
  }
}
