/** The alarm history of the clinic, filtered by day, chair and priority. */

import { HEAD, alarmTable, texts } from "./alarm-table.js";
import { counted } from "./counting.js";
import { byId, make, write } from "./dom.js";
import { fill, input, labelled, wanted } from "./filters.js";
import { Refused, read } from "./server.js";
import { stand } from "./standing.js";
import { csvLink } from "./table.js";
import { WhyDialog } from "./why.js";

const REFRESH_MS = 10_000;
const PRIORITIES = ["HIGH", "MEDIUM", "LOW"];

class HistoryPage {
  constructor() {
    /** @type {import("./filters.js").Fields} */
    this._fields = {
      since: input("date"),
      until: input("date"),
      chair: make("select"),
      priority: make("select"),
    };
    this._summary = make("span", "summary");
    this._list = make("div", "scroll blocks");
    this._known = "";
    this._why = new WhyDialog();
    fill(this._fields["priority"], PRIORITIES.map((one) => [one, one]));
    fill(this._fields["chair"], []);
    this._asked = 0;
    this._csv = make("span");
    const filters = make("div", "filters", [
      make("h2", "", "Alarm history"),
      ...labelled(this._fields, { since: "From", until: "To", chair: "Chair", priority: "Priority" }),
      this._summary,
      this._csv,
    ]);
    filters.addEventListener("change", () => void this._load());
    byId("history").replaceChildren(filters, this._list);
    setInterval(() => void this._load(), REFRESH_MS);
    void this._load();
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    const chairs = wall.tiles.map((tile) => tile.chair);
    if (this._known === chairs.join("\n")) return;
    this._known = chairs.join("\n");
    fill(this._fields["chair"], chairs.map((one) => [one, one]));
  }

  blank() {
    write(this._summary, "");
  }

  async _load() {
    this._asked += 1;
    const asked = this._asked;
    try {
      const answer = await read(`/api/alarms?${wanted(this._fields)}`);
      // What was chosen meanwhile is asked for already.
      if (asked === this._asked) this._draw(answer.alarms, answer.since);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._summary, error.message);
    }
  }

  /**
   * @param {import("./contract.js").PastAlarm[]} alarms
   * @param {string} since where they begin; "" when nothing older is left out
   */
  _draw(alarms, since) {
    const older = since ? ` since ${since}: for those of older sessions choose earlier days` : "";
    write(this._summary, counted(alarms.length, "alarm") + older);
    this._list.replaceChildren(alarmTable("Newest first", alarms, this._why));
    this._csv.replaceChildren(csvLink("alarms.csv", HEAD, alarms.map(texts)));
  }
}

stand(() => new HistoryPage());
