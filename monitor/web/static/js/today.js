/** The day's list: who comes to which chair when, who sits there, who watches, what is overdue. */

import { bookingForm, chairField, knownPatient, minutesField, patientField } from "./booking.js";
import { DayReports } from "./day-reports.js";
import { button, byId, link, make, mark, redrawn, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { Sheet, field, form, tick } from "./sheet.js";
import { Shell } from "./shell.js";

const REFRESH_MS = 10_000;

/** @typedef {import("./contract-day.js").Day} Day */
/** @typedef {import("./contract-day.js").DayRow} DayRow */
/** @typedef {import("./contract-day.js").DayChair} DayChair */

class TodayPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._acts = shell.acts;
    this._people = shell.people;
    /** @type {Day|null} */
    this._day = null;
    this._wanted = "";
    this._signed = false;
    this._title = make("h2", "", "Today");
    this._note = make("p", "summary");
    this._before = button("act plain", "<", () => this._go(this._day?.before));
    this._after = button("act plain", ">", () => this._go(this._day?.after));
    this._before.setAttribute("aria-label", "The day before");
    this._after.setAttribute("aria-label", "The day after");
    this._now = button("act plain", "TODAY", () => this._go(""));
    this._book = button("act", "BOOK ...", () => void this._enter(() => this._booking(null)));
    this._watch = button("act", "I WATCH ...", () => void this._enter(() => this._watching()));
    this._journals = make("section", "card overdue");
    this._chairs = make("div", "day-chairs");
    this._sheet = new Sheet();
    this._reports = new DayReports(this._acts);
    const reports = button("act plain", "REPORTS ...", () => void this._enter(() => this._print()));
    const sheets = link("act plain", "DOWNTIME SHEETS", "/api/downtime.pdf");
    const day = [this._title, this._before, this._now, this._after];
    const head = [...day, this._book, this._watch, reports, sheets];
    byId("today").replaceChildren(
      make("div", "day-head", [...head, this._note]),
      this._journals,
      this._chairs,
      this._sheet.element,
      this._reports.element,
    );
    this._journals.hidden = true;
    setInterval(() => void this._load(), REFRESH_MS);
  }

  draw() {
    // Somebody has just signed in or out: what may be shown is another.
    if (this._people.signedIn !== this._signed) void this._load();
    if (!this._people.signedIn) this._forget("Sign in to see the day");
  }

  blank() {
    this._forget("");
  }

  /** @param {string} text */
  _forget(text) {
    this._day = null;
    this._chairs.replaceChildren();
    this._journals.hidden = true;
    this._sheet.close();
    this._reports.close();
    write(this._note, text);
  }

  /** @param {string|undefined} day */
  _go(day) {
    this._wanted = day ?? "";
    void this._load();
  }

  /** @param {() => void} open after somebody is known to be there */
  async _enter(open) {
    if (!(await this._acts.ready())) return;
    if (!this._day) await this._load();
    if (this._day) open();
  }

  async _load() {
    this._signed = this._people.signedIn;
    if (!this._signed) return;
    /** @type {Day} */
    let day;
    try {
      day = await read(this._wanted ? `/api/today?day=${this._wanted}` : "/api/today");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
      return;
    }
    if (!this._people.signedIn) return;
    const same = JSON.stringify({ ...day, as_of: "" }) === JSON.stringify({ ...this._day, as_of: "" });
    this._day = day;
    write(this._title, day.today ? "Today" : day.day);
    const free = day.chairs.filter((one) => one.free).map((one) => one.label);
    const said = [`as of ${day.as_of}`, `free: ${free.join(", ") || "no chair"}`];
    write(this._note, day.today ? [day.day, ...said].join(" · ") : said[0] ?? "");
    this._now.disabled = day.today;
    if (!same) this._show(day);
  }

  /** @param {Day} day */
  _show(day) {
    const overdue = day.journals.map((one) => {
      const said = `${one.initials || one.patient_ref}${one.called ? ", called" : ""}`;
      return make("li", "", [link("", said, `/review/${encodeURIComponent(one.session)}`)]);
    });
    this._journals.hidden = !overdue.length;
    const title = make("h3", "", `Journals overdue: ${overdue.length}`);
    this._journals.replaceChildren(title, make("ul", "", overdue));
    redrawn(this._chairs, () =>
      this._chairs.replaceChildren(...day.chairs.map((chair) => this._chair(chair, day))),
    );
  }

  /**
   * @param {DayChair} chair
   * @param {Day} day
   */
  _chair(chair, day) {
    const name = link("day-chair", `Chair ${chair.label}`, `/chair/${encodeURIComponent(chair.chair)}`);
    const state = make("span", "day-free", chair.free ? "FREE" : "TAKEN");
    const watched = chair.watcher ? `watched by ${chair.watcher}` : "nobody watches";
    const watcher = make("span", "day-watcher", watched);
    mark(watcher, "nobody", chair.watcher ? "" : "yes");
    const head = make("div", "day-chair-head", [make("h3", "", [name]), state, watcher]);
    if (chair.free && day.today) {
      head.append(button("act", "SEAT ...", () => void this._enter(() => this._seat(chair, null))));
    }
    const rows = chair.rows.map((row) => this._row(row, chair, day));
    const list = rows.length ? rows : [make("li", "day-none", "nobody booked")];
    const element = make("section", "card day", [head, make("ul", "day-rows", list)]);
    mark(element, "chair", chair.chair);
    return element;
  }

  /**
   * @param {DayRow} row
   * @param {DayChair} chair
   * @param {Day} day
   */
  _row(row, chair, day) {
    const who = make("span", "day-who", [make("b", "", row.patient_ref), ` ${row.initials}`]);
    const number = row.infusion
      ? `infusion ${row.infusion} of ${row.course_infusions}, course ${row.course}`
      : "not counted";
    const facts = [number, `${row.planned_minutes} min`, `sitter ${row.sitter}`];
    const said = make("div", "day-said", [who]);
    if (row.person) {
      const born = make("span", "day-born", row.born);
      said.append(make("span", "day-name", [`${row.person} `, born]));
    }
    said.append(make("span", "day-facts", facts.join(" · ")));
    if (row.journal) {
      const journal = make("span", "day-journal", `last journal ${row.journal}`);
      mark(journal, "state", row.journal);
      said.append(journal);
    }
    const missing = row.missing.join(", ");
    if (missing) said.append(make("span", "day-missing", `missing: ${missing}`));
    const line = make("li", "day-row", [
      make("div", "day-when", [
        make("span", "day-time", row.time),
        make("span", "day-state", row.state.toUpperCase()),
      ]),
      said,
      make("div", "day-acts", this._acts_of(row, chair, day)),
    ]);
    mark(line, "state", row.state);
    return line;
  }

  /**
   * @param {DayRow} row
   * @param {DayChair} chair
   * @param {Day} day
   */
  _acts_of(row, chair, day) {
    if (row.session) {
      const closed = row.state === "left";
      const to = closed ? `/review/${row.session}` : `/chair/${chair.chair}`;
      return [link("act open", closed ? "REVIEW" : "OPEN", encodeURI(to))];
    }
    const seat = button("act seat-now", "SEAT", () => void this._enter(() => this._seat(chair, row)));
    seat.setAttribute("aria-label", `Seat ${row.patient_ref} in chair ${chair.label}`);
    seat.disabled = !day.today;
    const change = button("act plain", "CHANGE ...", () => void this._enter(() => this._booking(row)));
    change.setAttribute("aria-label", `Change the booking of ${row.patient_ref} at ${row.time}`);
    return [seat, change];
  }

  /**
   * @param {DayChair} chair
   * @param {DayRow|null} row the booking, null for who comes without
   */
  _seat(chair, row) {
    if (!this._day) return;
    const patient = patientField(row?.patient_ref ?? "");
    const free = this._day.chairs.filter((one) => one.free);
    const place = chair.free ? chair : free[0];
    if (!place) {
      this._acts.say("No chair is free");
      return;
    }
    const where = chairField(this._day, place.chair, true);
    const minutes = minutesField(row?.planned_minutes ?? 40);
    const infusion = field("Infusion", row ? String(row.infusion) : "", { type: "number" });
    const course = field("of course", row ? String(row.course) : "", { type: "number" });
    const counted = make("p", "summary", "Counted from the record; correct it where it is wrong.");
    const fields = [patient, where, minutes, infusion, course].map((one) => one.element);
    const keep = form([make("div", "fields", fields), counted], "SEAT", () => {
      /** @type {import("./server.js").Act} */
      const act = {
        patient_ref: patient.input.value.trim(),
        planned_minutes: minutes.input.valueAsNumber,
        booking: row?.booking ?? "",
      };
      if (infusion.input.value) act["infusion"] = infusion.input.valueAsNumber;
      if (course.input.value) act["course"] = course.input.valueAsNumber;
      void this._seated(where.input.value, act);
    });
    const name = row ? `Seat ${row.patient_ref} ${row.initials}` : "Seat a patient";
    this._sheet.open(name, [keep]);
  }

  /**
   * @param {string} chair
   * @param {import("./server.js").Act} act
   */
  async _seated(chair, act) {
    const place = encodeURIComponent(chair);
    if (await this._keep(`/api/chairs/${place}/seat`, act)) {
      window.location.assign(`/chair/${place}`);
    }
  }

  /** @param {DayRow|null} row the booking that is changed, null for a new one */
  _booking(row) {
    if (!this._day) return;
    const keep = bookingForm(this._day, row, (patient, booking) => {
      void this._booked(patient, booking, row);
    });
    const cancel = row ? [this._cancelling(row)] : [];
    this._sheet.open(row ? `Booking of ${row.patient_ref}` : "Book a chair", [keep, ...cancel]);
  }

  /** @param {DayRow} row */
  _cancelling(row) {
    const why = field("Cancelled, because", "", { max: 200, required: true });
    return form([why.element], "CANCEL BOOKING", () => {
      const act = {
        booking: row.booking,
        patient_ref: row.patient_ref,
        reason: why.input.value.trim(),
      };
      void this._keep("/api/bookings/cancel", act);
    });
  }

  /**
   * A patient is registered before they are booked, where anything told of them is new.
   * @param {Record<string, string>} patient
   * @param {import("./server.js").Act} booking
   * @param {DayRow|null} row
   */
  async _booked(patient, booking, row) {
    const listed = await knownPatient(patient["patient_ref"] ?? "");
    const before = new Map(Object.entries({ ...listed, ...row }));
    const changed = Object.entries(patient).some(([key, said]) => said && said !== before.get(key));
    if (changed && !(await this._acts.keep("/api/patients", patient))) return;
    await this._keep("/api/bookings", booking);
  }

  _print() {
    if (this._day) void this._reports.open(this._day.day);
  }

  _watching() {
    const ticks = (this._day?.chairs ?? []).map((one) => {
      const watched = one.watcher && !one.mine ? ` (now ${one.watcher})` : "";
      return { chair: one.chair, ...tick(`Chair ${one.label}${watched}`, one.mine) };
    });
    const keep = form([make("div", "ticks", ticks.map((one) => one.element))], "I WATCH THESE", () => {
      const chairs = ticks.filter((one) => one.input.checked).map((one) => one.chair);
      void this._keep("/api/watch", { chairs });
    });
    this._sheet.open("Which chairs I watch", [keep]);
  }

  /**
   * @param {string} path
   * @param {import("./server.js").Act} act
   */
  async _keep(path, act) {
    const done = await this._acts.keep(path, act);
    if (done) this._sheet.close();
    await this._load();
    return done;
  }
}

new Shell((shell) => new TodayPage(shell));
