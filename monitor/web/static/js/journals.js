/** The patients' journals: what is due, done and overdue, with the number to call. No alarm. */

import { button, byId, link, make, mark, redrawn, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { Sheet, choice, field, form } from "./sheet.js";
import { Shell } from "./shell.js";

/** @typedef {import("./contract-course.js").JournalList} JournalList */
/** @typedef {import("./contract-course.js").JournalLine} JournalLine */
/** @typedef {import("./contract-course.js").JournalDay} JournalDay */

const SVG = "http://www.w3.org/2000/svg";
const HEAD = ["Patient", "Infusion", "Phone", "Days", "Called", ""];
const REACHED = "reached";

class JournalsPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._acts = shell.acts;
    this._people = shell.people;
    this._signed = false;
    this._note = make("p", "summary");
    this._list = make("div", "scroll");
    this._list.tabIndex = 0;
    this._list.setAttribute("role", "region");
    this._list.setAttribute("aria-label", "Journals");
    this._unopened = make("section", "card");
    this._unopened.hidden = true;
    this._sheet = new Sheet();
    const again = button("act plain", "REFRESH", () => void this._load());
    byId("journals").replaceChildren(
      make("div", "filters", [make("h2", "", "Journals"), again, this._note]),
      this._list,
      this._unopened,
      this._sheet.element,
    );
  }

  draw() {
    if (this._people.signedIn !== this._signed) void this._load();
    if (!this._people.signedIn) this._forget("Sign in to see the journals");
  }

  blank() {
    this._forget("");
  }

  /** @param {string} text */
  _forget(text) {
    this._list.replaceChildren();
    this._unopened.hidden = true;
    this._sheet.close();
    write(this._note, text);
  }

  async _load() {
    this._signed = this._people.signedIn;
    if (!this._signed) return;
    /** @type {JournalList} */
    let list;
    try {
      list = await read("/api/journals");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
      return;
    }
    if (this._people.signedIn) this._show(list);
  }

  /** @param {JournalList} list */
  _show(list) {
    if (!list.on) return this._forget("This clinic keeps no journals: its configuration has none");
    const overdue = list.journals.filter((one) => one.state === "overdue").length;
    write(
      this._note,
      `${list.journals.length} journals, ${overdue} overdue · as of ${list.as_of} · ` +
        "a list to call by, never an alarm",
    );
    const rows = list.journals.map((one) => this._row(one));
    const head = make("tr");
    for (const text of HEAD) {
      const cell = make("th", "", text);
      cell.scope = "col";
      head.append(cell);
    }
    const table = make("table", "journals", [
      make("caption", "", "Overdue first"),
      make("thead", "", [head]),
      make("tbody", "", rows),
    ]);
    redrawn(this._list, () => this._list.replaceChildren(table));
    this._showUnopened(list);
  }

  /** @param {JournalList} list */
  _showUnopened(list) {
    this._unopened.hidden = !list.unopened.length;
    const lines = list.unopened.map((one) =>
      make("li", "", [
        `${one.patient}, infusion ended ${one.ended} `,
        button("act plain", `GIVE ${one.patient} A LINK`, () => void this._open(one.session, one.patient)),
      ]),
    );
    this._unopened.replaceChildren(
      make("h3", "", "No link given yet"),
      make("ul", "unopened", lines),
    );
  }

  /** @param {JournalLine} one */
  _row(one) {
    const patient = make("th", "", [
      link("", one.patient, `/course/${encodeURIComponent(one.patient)}`),
    ]);
    patient.scope = "row";
    const phone = one.phone ? link("phone", one.phone, `tel:${one.phone.replace(/[^0-9+]/g, "")}`) : "no number";
    const days = make("ul", "days", one.days.map((day) => dayItem(day)));
    const acts = make("div", "row-acts");
    if (one.state === "overdue") {
      acts.append(button("act", `CALLED ${one.patient} (${one.infusion}) ...`, () => this._call(one)));
    }
    acts.append(
      button("act plain", `NEW LINK ${one.patient} (${one.infusion})`, () => void this._open(one.session, one.patient)),
    );
    const line = make("tr", "", [
      patient,
      make("td", "", one.infusion),
      make("td", "", [phone]),
      make("td", "", [days]),
      make("td", "called", one.called),
      make("td", "", [acts]),
    ]);
    mark(line, "state", one.state);
    return line;
  }

  /** @param {JournalLine} one */
  _call(one) {
    const reached = choice("Was the patient reached?", [REACHED, "not reached"], "not reached");
    const words = field("In a few words", "", { max: 200 });
    const problem = make("p", "problem");
    const path = `/api/sessions/${encodeURIComponent(one.session)}/journal/called`;
    const keep = async () => {
      const said = { reached: reached.value() === REACHED, text: words.input.value };
      const why = await this._acts.tried(path, said);
      write(problem, why);
      if (why) return;
      this._sheet.close();
      void this._load();
    };
    this._sheet.open(`Called ${one.patient} about the journal`, [
      form([reached.element, words.element, problem], "KEEP", () => void keep()),
    ]);
  }

  /**
   * @param {string} session
   * @param {string} patient
   */
  async _open(session, patient) {
    const path = `/api/sessions/${encodeURIComponent(session)}/journal`;
    /** @type {import("./contract-course.js").JournalLink|null} */
    const told = await this._acts.answered(path, {});
    if (!told) return;
    this._sheet.open(`The journal's link for ${patient}`, [
      make("p", "", "Shown this once. A link given out before counts no more."),
      code(told.code, told.link),
      make("p", "link-text", [link("", told.link, told.link)]),
      make("p", "", `Counts until ${told.expires}. Check-ins on ${told.days.join(", ") || "no day"}.`),
    ]);
    void this._load();
  }
}

/** @param {JournalDay} day */
function dayItem(day) {
  const at = { later: `from ${day.from}`, due: `by ${day.due}`, overdue: `since ${day.due}` };
  const when = day.done || at[/** @type {"later"|"due"|"overdue"} */ (day.state)] || "";
  const parts = [make("b", "", `Day ${day.day}: ${day.state}`), make("span", "", ` ${when}`)];
  if (day.mood !== undefined) {
    const said = [`mood ${day.mood}`, day.how, day.text].filter(Boolean).join(", ");
    parts.push(make("span", "wrote", said));
  }
  const item = make("li", "", parts);
  mark(item, "state", day.state);
  return item;
}

/**
 * A QR code drawn from its rows.
 * @param {string[]} rows
 * @param {string} text what it says
 */
function code(rows, text) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("class", "qr");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `QR code of ${text}`);
  const dark = document.createElementNS(SVG, "path");
  const steps = rows.flatMap((row, y) =>
    [...row].flatMap((one, x) => (one === "1" ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  dark.setAttribute("d", steps.join(""));
  svg.append(dark);
  return svg;
}

new Shell((shell) => new JournalsPage(shell));
