/** What another preset would have done: stored sessions judged again, beside how they were. */

import { counted } from "./counting.js";
import { button, byId, link, make, write } from "./dom.js";
import { fill, input, labelled, wanted } from "./filters.js";
import { ruleTable } from "./ruled.js";
import { Refused, read, tell } from "./server.js";
import { Shell } from "./shell.js";
import { table } from "./table.js";

const JUDGING_MS = 600_000;
const PROGRESS_MS = 1_000;
const TYPED_MS = 250;
const NEWEST = 10;
const SESSIONS_MAX = 50;
const NAMES = {
  patient: "Patient",
  since: "From",
  until: "To",
  chair: "Chair",
  had_high: "Had a HIGH alarm",
  limit: "At most",
};

/** @typedef {import("./contract.js").SessionLine} SessionLine */

class WhatIfPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._people = shell.people;
    /** @type {boolean|null} null until it was looked for */
    this._signed = null;
    this._known = "";
    this._asked = 0;
    this._timer = 0;
    /** @type {SessionLine[]} those that are judged again */
    this._chosen = [];
    this._note = note();
    this._bar = make("progress");
    this._bar.setAttribute("aria-label", "Sessions judged");
    this._bar.hidden = true;
    this._list = make("div", "scroll whatif-list");
    this._preset = make("select");
    this._toml = make("textarea");
    this._toml.rows = 5;
    this._toml.setAttribute("aria-label", "Preset as TOML");
    this._toml.placeholder = "A whole preset as TOML, in place of the one chosen";
    this._preset.setAttribute("aria-label", "Preset");
    const limit = input("number");
    /** @type {import("./filters.js").Fields} */
    this._fields = {
      patient: input("search", "begins with"),
      since: input("date"),
      until: input("date"),
      chair: make("select"),
      had_high: input("checkbox"),
      limit,
    };
    limit.min = "1";
    limit.max = String(SESSIONS_MAX);
    limit.value = String(NEWEST);
    fill(this._fields["chair"], []);
    this._which = note();
    this._lines = make("details", "chosen");
    this._judge = button("act", "JUDGE AGAIN", () => void this._ask());
    byId("whatif").replaceChildren(
      make("h2", "", "What if"),
      make("p", "", "Choose a preset, or paste one as TOML, and the sessions that are judged again by it."),
      make("div", "filters", [this._preset, this._toml]),
      this._search(),
      this._which,
      this._lines,
      this._judge,
      this._bar,
      this._note,
      this._list,
    );
    void this._load();
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    if (this._people.signedIn !== this._signed) void this._find();
    const chairs = wall.tiles.map((tile) => [tile.chair, tile.label]);
    if (this._known === JSON.stringify(chairs)) return;
    this._known = JSON.stringify(chairs);
    fill(this._fields["chair"], chairs);
  }

  blank() {
    this._choose([], "");
  }

  _search() {
    const form = make("form", "filters search", labelled(this._fields, NAMES));
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Sessions to judge again");
    form.addEventListener("input", () => {
      window.clearTimeout(this._timer);
      this._timer = window.setTimeout(() => void this._find(), TYPED_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._find();
    });
    return form;
  }

  async _load() {
    try {
      const names = await read("/api/presets");
      this._preset.replaceChildren(...names.map((/** @type {string} */ one) => make("option", "", one)));
    } catch (error) {
      this._tell(error);
    }
  }

  /** The newest sessions that are like that. */
  async _find() {
    this._signed = this._people.signedIn;
    this._asked += 1;
    const asked = this._asked;
    if (!this._signed) {
      this._choose([], "Sign in to choose sessions");
      return;
    }
    const limit = this._fields["limit"];
    if (limit instanceof HTMLInputElement && !limit.checkValidity()) {
      this._choose([], `At most: 1 to ${SESSIONS_MAX} sessions at once.`);
      return;
    }
    try {
      const found = await read(`/api/sessions?${wanted(this._fields)}`);
      if (asked === this._asked && this._people.signedIn) this._choose(found.sessions, said(found));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._choose([], error.message);
    }
  }

  /**
   * @param {SessionLine[]} sessions
   * @param {string} words
   */
  _choose(sessions, words) {
    this._chosen = sessions;
    write(this._which, words);
    this._lines.hidden = sessions.length === 0;
    const lines = sessions.map((one) => [
      one.date,
      one.start,
      one.label,
      link("", one.patient, `/review/${encodeURIComponent(one.id)}`),
      one.alarms,
    ]);
    const head = ["Date", "Time", "Chair", "Patient", "Alarms"];
    this._lines.replaceChildren(make("summary", "", "Which"), table("Judged again, newest first", head, lines));
  }

  async _ask() {
    if (this._people.signedIn && !this._chosen.length) {
      write(this._note, "No session is chosen: ask for other days, or for all patients.");
      return;
    }
    write(this._note, "Judging ... this takes some seconds a session.");
    this._judge.disabled = true;
    const progress = window.setInterval(() => void this._progress(), PROGRESS_MS);
    try {
      const sessions = this._chosen.map((one) => one.id);
      const asked = { name: this._preset.value, toml: this._toml.value, sessions };
      const found = await tell("/api/whatif", asked, JUDGING_MS);
      const hours = `${counted(found.sessions, "session")}, ${found.infusion_hours} infusion hours`;
      write(this._note, `${hours}. Before: as it was judged. After: ${found.preset}`);
      this._list.replaceChildren(ruleTable("Alarms by rule", found));
    } catch (error) {
      this._tell(error);
    } finally {
      window.clearInterval(progress);
      this._bar.hidden = true;
      this._judge.disabled = false;
    }
  }

  async _progress() {
    try {
      const { judged, of } = await read("/api/whatif");
      if (!this._judge.disabled || !of) return;
      this._bar.hidden = false;
      this._bar.max = of;
      this._bar.value = judged;
      write(this._note, `Judging: ${judged} of ${counted(of, "session")} done.`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // The question itself will tell.
    }
  }

  /** @param {unknown} error */
  _tell(error) {
    if (!(error instanceof Refused)) throw error;
    write(this._note, error.message);
  }
}

function note() {
  const words = make("p", "summary");
  words.setAttribute("role", "status");
  return words;
}

/** @param {import("./contract.js").FoundSessions} found */
function said(found) {
  const count = found.sessions.length;
  if (!count) return "No session is like that.";
  const first = found.sessions.at(-1)?.date ?? "";
  const last = found.sessions[0]?.date ?? "";
  const days = first === last ? `of ${last}` : `of ${first} to ${last}`;
  if (count === found.total) return `${counted(count, "session")} ${days}`;
  const all = found.total > found.counted_max ? `more than ${found.counted_max.toLocaleString("en")}` : found.total.toLocaleString("en");
  return `${counted(count, "session")} ${days}, the newest of ${all} that are like that`;
}

new Shell((shell) => new WhatIfPage(shell));
