/** All sessions, the newest first; searched by patient, day, chair, person and what happened. */

import { counted } from "./counting.js";
import { button, byId, link, make, write } from "./dom.js";
import { ManyExport } from "./export.js";
import { fill, input, labelled, recall, wanted } from "./filters.js";
import { Refused, read } from "./server.js";
import { stand } from "./standing.js";
import { table } from "./table.js";

const REFRESH_MS = 10_000;
const TYPED_MS = 250;
const HEAD = [
  "Date",
  "Time",
  "Duration",
  "Chair",
  "Patient",
  "Infusion",
  "Phase",
  "Alarms",
  "Rise mmHg",
  "Lowest SpO2 %",
  "Ready after",
  "Signed",
];

class SessionsPage {
  /** @param {import("./standing.js").Ground} ground */
  constructor(ground) {
    const { acts } = ground;
    this._people = ground.people;
    this._signed = false;
    this._note = make("p", "summary");
    this._note.setAttribute("role", "status");
    this._list = make("div", "scroll blocks");
    /** @type {import("./filters.js").Fields} */
    this._fields = {
      patient: input("search", "begins with"),
      since: input("date"),
      until: input("date"),
      chair: make("select"),
      person: make("select"),
      rise_over: input("number"),
      had_high: input("checkbox"),
      unsigned: input("checkbox"),
    };
    /** @type {string[]} where each page before this one began */
    this._before = [];
    this._after = "";
    this._next = "";
    this._known = "";
    this._asked = 0;
    this._timer = 0;
    this._newer = button("csv", "Newer", () => this._turn(-1));
    this._older = button("csv", "Older", () => this._turn(1));
    this._form = this._searchForm();
    byId("sessions").replaceChildren(
      make("h2", "", "Sessions"),
      this._form,
      this._note,
      this._list,
      make("nav", "pages", [
        this._newer,
        this._older,
        ...(acts ? new ManyExport(acts).parts : []),
      ]),
    );
    recall(this._fields, new URLSearchParams(window.location.search));
    setInterval(() => void this._load(), REFRESH_MS);
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    if (this._people.signedIn !== this._signed) void this._load();
    if (!this._people.signedIn) this._forget("Sign in to see the sessions");
    const chairs = wall.tiles.map((tile) => [tile.chair, tile.label]);
    if (this._known === JSON.stringify(chairs)) return;
    this._known = JSON.stringify(chairs);
    fill(this._fields["chair"], chairs);
    recall(this._fields, new URLSearchParams(window.location.search));
  }

  blank() {
    this._forget("");
  }

  /** @param {string} text */
  _forget(text) {
    this._list.replaceChildren();
    write(this._note, text);
  }

  _searchForm() {
    const names = {
      patient: "Patient",
      since: "From",
      until: "To",
      chair: "Chair",
      person: "Clinician or nurse",
      rise_over: "Rise over (mmHg)",
      had_high: "Had a HIGH alarm",
      unsigned: "Not signed",
    };
    const form = make("form", "filters search");
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Find sessions");
    form.append(...labelled(this._fields, names));
    const rise = this._fields["rise_over"];
    rise?.setAttribute("min", "0");
    rise?.setAttribute("max", "200");
    for (const select of ["chair", "person"]) fill(this._fields[select], []);
    form.append(button("csv", "Clear", () => this._clear()));
    form.addEventListener("input", () => this._changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._changed(0);
    });
    return form;
  }

  _clear() {
    recall(this._fields, new URLSearchParams());
    this._changed(0);
    this._fields["patient"]?.focus();
  }

  /** @param {number} wait_ms until nothing more is typed */
  _changed(wait_ms = TYPED_MS) {
    this._before = [];
    this._after = "";
    // As the address says it: a search can be kept and sent.
    const said = wanted(this._fields).toString();
    window.history.replaceState(null, "", said ? `?${said}` : window.location.pathname);
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this._load(), wait_ms);
  }

  /** @param {number} way a page older, or newer */
  _turn(way) {
    if (way > 0) {
      this._before.push(this._after);
      this._after = this._next;
    } else {
      this._after = this._before.pop() ?? "";
    }
    void this._load();
  }

  async _load() {
    this._signed = this._people.signedIn;
    if (!this._signed) return;
    const sought = wanted(this._fields);
    if (this._after) sought.set("after", this._after);
    this._asked += 1;
    const asked = this._asked;
    try {
      const answer = await read(`/api/sessions?${sought}`);
      // What was typed meanwhile is asked for already.
      if (asked === this._asked && this._people.signedIn) this._draw(answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
    }
  }

  /** @param {import("./contract.js").FoundSessions} found */
  _draw(found) {
    const person = /** @type {HTMLSelectElement} */ (this._fields["person"]);
    const people = found.people.map((one) => [one.id, one.name]);
    if (person.options.length !== people.length + 1) {
      fill(person, people);
      recall(this._fields, new URLSearchParams(window.location.search));
    }
    this._next = found.next;
    this._older.disabled = !found.next;
    this._newer.disabled = !this._after;
    write(this._note, said(found, wanted(this._fields).size > 0));
    const lines = found.sessions.map((one) => [
      one.date,
      one.open ? `${one.start}- open` : `${one.start}-${one.end}`,
      one.duration,
      one.label,
      review(one),
      one.infusion === null ? "" : String(one.infusion),
      one.phase,
      one.alarms,
      one.rise,
      one.lowest_spo2,
      one.ready,
      one.open ? "" : one.signed ? "signed" : "no",
    ]);
    this._list.replaceChildren(table("Newest first", HEAD, lines));
  }
}

/** @param {import("./contract.js").SessionLine} one */
function review(one) {
  const place = link("", one.patient, `/review/${encodeURIComponent(one.id)}`);
  place.setAttribute("aria-label", `Review ${one.patient}`);
  return place;
}

/**
 * @param {import("./contract.js").FoundSessions} found
 * @param {boolean} searched
 */
function said(found, searched) {
  if (!found.total) {
    return searched ? "No session is like that: Clear shows all of them." : "No session yet: seat a patient at a chair.";
  }
  if (found.total > found.counted_max) {
    return `more than ${found.counted_max.toLocaleString("en")} sessions`;
  }
  return counted(found.total, "session");
}

stand((ground) => new SessionsPage(ground));
