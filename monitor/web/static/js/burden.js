/** What each rule costs: alarms for each chair-hour, seconds in alarm, time until somebody looked. */

import { counted } from "./counting.js";
import { byId, link, make, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { ruleTable } from "./ruled.js";
import { Shell } from "./shell.js";

class BurdenPage {
  constructor() {
    this._note = make("p", "summary");
    this._list = make("div", "scroll burden-list");
    const save = link("csv", "CSV", "/api/burden.csv");
    byId("burden").replaceChildren(make("h2", "", "Alarm burden"), this._note, this._list, save);
    void this._load();
  }

  draw() {}

  blank() {
    write(this._note, "");
  }

  async _load() {
    try {
      const found = await read("/api/burden");
      write(this._note, `${counted(found.sessions, "session")}, ${found.chair_hours} chair-hours`);
      this._list.replaceChildren(ruleTable("By rule", found));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._note, error.message);
    }
  }
}

new Shell(() => new BurdenPage());
