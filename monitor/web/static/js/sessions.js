/** All sessions, the newest first. */

import { byId, link, make, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { Shell } from "./shell.js";
import { table } from "./table.js";

const REFRESH_MS = 10_000;
const HEAD = ["Date", "Time", "Duration", "Chair", "Patient", "Phase", "Planned", "Alarms", ""];

class SessionsPage {
  constructor() {
    this._note = make("p", "summary");
    this._list = make("div", "scroll");
    byId("sessions").replaceChildren(make("h2", "", "Sessions"), this._note, this._list);
    setInterval(() => void this._load(), REFRESH_MS);
    void this._load();
  }

  draw() {}

  blank() {
    write(this._note, "");
  }

  async _load() {
    try {
      const answer = await read("/api/sessions");
      this._draw(answer.sessions);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._note, error.message);
    }
  }

  /** @param {import("./contract.js").SessionLine[]} sessions */
  _draw(sessions) {
    write(this._note, sessions.length ? "" : "No session yet: seat a patient at a chair.");
    const lines = sessions.map((one) => [
      one.date,
      one.open ? `${one.start}- open` : `${one.start}-${one.end}`,
      one.duration,
      one.label,
      one.patient,
      one.phase,
      `${one.planned_minutes} min`,
      one.alarms,
      link("", `Review ${one.patient}`, `/review/${encodeURIComponent(one.id)}`),
    ]);
    this._list.replaceChildren(table("Newest first", HEAD, lines));
  }
}

new Shell(() => new SessionsPage());
