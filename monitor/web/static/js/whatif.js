/** What another preset would have done: stored sessions judged again, beside how they were. */

import { button, byId, make, write } from "./dom.js";
import { ruleTable } from "./ruled.js";
import { Refused, read, tell } from "./server.js";
import { Shell } from "./shell.js";

const JUDGING_MS = 600_000;

class WhatIfPage {
  constructor() {
    this._note = make("p", "summary");
    this._note.setAttribute("role", "status");
    this._list = make("div", "scroll whatif-list");
    this._preset = make("select");
    this._toml = make("textarea");
    this._toml.rows = 12;
    this._toml.setAttribute("aria-label", "Preset as TOML");
    this._toml.placeholder = "A whole preset as TOML, in place of the one chosen";
    this._preset.setAttribute("aria-label", "Preset");
    this._judge = button("act", "JUDGE AGAIN", () => void this._ask());
    byId("whatif").replaceChildren(
      make("h2", "", "What if"),
      make("p", "", "Choose a preset, or paste one as TOML. The ten newest sessions are judged again."),
      make("div", "filters", [this._preset, this._toml]),
      this._judge,
      this._note,
      this._list,
    );
    void this._load();
  }

  draw() {}

  blank() {}

  async _load() {
    try {
      const names = await read("/api/presets");
      this._preset.replaceChildren(...names.map((/** @type {string} */ one) => make("option", "", one)));
    } catch (error) {
      this._tell(error);
    }
  }

  async _ask() {
    write(this._note, "Judging ... this takes some seconds a session.");
    this._judge.disabled = true;
    try {
      const asked = { name: this._preset.value, toml: this._toml.value };
      const found = await tell("/api/whatif", asked, JUDGING_MS);
      const hours = `${found.sessions} sessions, ${found.infusion_hours} infusion hours`;
      write(this._note, `${hours}. Before: as it was judged. After: ${found.preset}`);
      this._list.replaceChildren(ruleTable("Alarms by rule", found));
    } catch (error) {
      this._tell(error);
    } finally {
      this._judge.disabled = false;
    }
  }

  /** @param {unknown} error */
  _tell(error) {
    if (!(error instanceof Refused)) throw error;
    write(this._note, error.message);
  }
}

new Shell(() => new WhatIfPage());
