/** The alarm history of the clinic, filtered by chair and priority. */

import { HEAD, alarmTable, texts } from "./alarm-table.js";
import { byId, make, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { stand } from "./standing.js";
import { csvLink } from "./table.js";
import { WhyDialog } from "./why.js";

const REFRESH_MS = 10_000;
const PRIORITIES = ["HIGH", "MEDIUM", "LOW"];

class HistoryPage {
  constructor() {
    this._chair = make("select");
    this._priority = make("select");
    this._summary = make("span", "summary");
    this._list = make("div", "scroll");
    this._known = "";
    this._why = new WhyDialog();
    fill(this._priority, PRIORITIES);
    fill(this._chair, []);
    for (const one of [this._chair, this._priority]) {
      one.addEventListener("change", () => void this._load());
    }
    this._csv = make("span");
    const filters = make("div", "filters", [
      make("h2", "", "Alarm history"),
      make("label", "", ["Chair ", this._chair]),
      make("label", "", ["Priority ", this._priority]),
      this._summary,
      this._csv,
    ]);
    byId("history").replaceChildren(filters, this._list);
    setInterval(() => void this._load(), REFRESH_MS);
    void this._load();
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    const chairs = wall.tiles.map((tile) => tile.chair);
    if (this._known === chairs.join("\n")) return;
    this._known = chairs.join("\n");
    fill(this._chair, chairs);
  }

  blank() {
    write(this._summary, "");
  }

  async _load() {
    const asked = new URLSearchParams({ chair: this._chair.value, priority: this._priority.value });
    try {
      const answer = await read(`/api/alarms?${asked}`);
      this._draw(answer.alarms, answer.since);
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
    const count = alarms.length === 1 ? "1 alarm" : `${alarms.length} alarms`;
    const older = since ? ` since ${since}; those of older sessions stand in their reviews` : "";
    write(this._summary, count + older);
    this._list.replaceChildren(alarmTable("Newest first", alarms, this._why));
    this._csv.replaceChildren(csvLink("alarms.csv", HEAD, alarms.map(texts)));
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {string[]} values
 */
function fill(select, values) {
  const was = select.value;
  const all = make("option", "", "all");
  all.value = "";
  select.replaceChildren(all, ...values.map((value) => make("option", "", value)));
  select.value = values.includes(was) ? was : "";
}

stand(() => new HistoryPage());
