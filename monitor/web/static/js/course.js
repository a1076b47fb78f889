/** A patient's course: small multiples on the same axes, a table, and the plan of each infusion. */

import { counted } from "./counting.js";
import { byId, button, link, make, write } from "./dom.js";
import { multiple } from "./multiples.js";
import { Refused, read } from "./server.js";
import { Sheet, choice, form } from "./sheet.js";
import { stand } from "./standing.js";

/** @typedef {import("./contract-course.js").Course} Course */
/** @typedef {import("./contract-course.js").Slot} Slot */

const WORDS_MAX = 2_000;
const PLANS = ["same dose", "change", "stop"];
/** @type {["bp"|"hr"|"spo2", string][]} */
const PLOTS = [
  ["bp", "NIBP mmHg"],
  ["hr", "HR /min"],
  ["spo2", "SpO2 %"],
];

class CoursePage {
  /** @param {import("./standing.js").Ground} ground */
  constructor(ground) {
    this._acts = ground.acts;
    this._people = ground.people;
    this._patient = decodeURIComponent(window.location.pathname.split("/").pop() ?? "");
    this._number = new URLSearchParams(window.location.search).get("course") ?? "";
    this._signed = false;
    this._title = make("h2", "", `Course of ${this._patient}`);
    this._note = make("p", "summary");
    this._others = make("span", "others");
    this._table = make("div", "scroll course");
    this._table.tabIndex = 0;
    this._table.setAttribute("role", "region");
    this._table.setAttribute("aria-label", "Infusions of this course");
    this._sheet = new Sheet();
    const print = button("act plain", "PRINT", () => window.print());
    byId("course").replaceChildren(
      make("div", "review-head", [this._title, this._others, print, this._note]),
      this._table,
      this._sheet.element,
    );
  }

  draw() {
    if (this._people.signedIn !== this._signed) void this._load();
    if (!this._people.signedIn) this._forget("Sign in to see the course");
  }

  blank() {
    this._forget("");
  }

  /** @param {string} text */
  _forget(text) {
    this._table.replaceChildren();
    this._others.replaceChildren();
    this._sheet.close();
    write(this._note, text);
  }

  async _load() {
    this._signed = this._people.signedIn;
    if (!this._signed) return;
    write(this._note, "Reading the course ...");
    const asked = this._number ? `?course=${encodeURIComponent(this._number)}` : "";
    /** @type {Course} */
    let course;
    try {
      course = await read(`/api/courses/${encodeURIComponent(this._patient)}${asked}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
      return;
    }
    if (this._people.signedIn) this._show(course);
  }

  /** @param {Course} course */
  _show(course) {
    const had = course.slots.filter((slot) => slot.session).length;
    write(this._title, `Course ${course.course} of ${course.patient}`);
    write(this._note, `${had} of ${counted(course.slots.length, "infusion")} · 0 min: infusion start`);
    this._others.replaceChildren(
      ...course.courses
        .filter((number) => number !== course.course)
        .map((number) => link("other", `Course ${number}`, `?course=${number}`)),
      link("other", "Course sheet", sheetOf(course)),
    );
    const body = make("tbody", "", [
      ...PLOTS.map(([kind, name]) => this._plots(kind, name, course)),
      ...course.head.map((name, at) => textRow(name, course.slots, (slot) => slot.cells[at] ?? "")),
      this._plans(course),
    ]);
    const table = make("table", "", [
      make("caption", "", "Each infusion on the same axes; a missing one stays empty"),
      make("thead", "", [head(course.slots)]),
      body,
    ]);
    this._table.replaceChildren(table);
  }

  /**
   * @param {"bp"|"hr"|"spo2"} kind
   * @param {string} name
   * @param {Course} course
   */
  _plots(kind, name, course) {
    const cells = course.slots.map((slot) => {
      if (!slot.session) return make("td", "none", "--");
      const said = `${name}, infusion ${slot.number}`;
      return make("td", "", [multiple(kind, slot.lines, course.axes, said)]);
    });
    return make("tr", "plots", [rowHead(name), ...cells]);
  }

  /** @param {Course} course */
  _plans(course) {
    const cells = course.slots.map((slot) =>
      slot.session ? make("td", "plan", this._plan(slot, course)) : make("td", "none", "--"),
    );
    return make("tr", "", [rowHead("Plan"), ...cells]);
  }

  /**
   * @param {Slot} slot
   * @param {Course} course
   */
  _plan(slot, course) {
    const parts = [
      make("b", "", slot.plan ? `Plan: ${slot.plan}` : "no plan yet"),
      make("p", "note", slot.note),
      make("p", "by", slot.noted),
      ...slot.addenda.map((one) => make("p", "note", `Addendum, ${one.by}: ${one.text}`)),
      make("p", "by", slot.signed ? `Signed ${slot.signed}` : "not signed"),
    ];
    if (!course.may_sign) return parts;
    const n = slot.number;
    const act = slot.signed
      ? button("act plain", `ADDENDUM ${n} ...`, () => this._add(slot))
      : button("act plain", `PLAN ${n} ...`, () => this._write(slot));
    return [...parts, act];
  }

  /** @param {Slot} slot */
  _write(slot) {
    const plan = choice("Next infusion", PLANS, slot.plan);
    const words = area("Note", slot.note);
    const said = () => ({ plan: plan.value(), text: words.input.value });
    this._enter(`Note and plan of infusion ${slot.number}`, [plan.element, words.element], slot, "note", said);
  }

  /** @param {Slot} slot */
  _add(slot) {
    const words = area("Addendum", "");
    const said = () => ({ text: words.input.value });
    this._enter(`Addendum to infusion ${slot.number}`, [words.element], slot, "addendum", said);
  }

  /**
   * @param {string} title
   * @param {HTMLElement[]} body
   * @param {Slot} slot
   * @param {string} route
   * @param {() => import("./server.js").Act} said
   */
  _enter(title, body, slot, route, said) {
    const problem = make("p", "problem");
    const keep = async () => {
      const path = `/api/sessions/${encodeURIComponent(slot.session ?? "")}/${route}`;
      const why = (await this._acts?.tried(path, said())) ?? "Not done: this is a copy";
      write(problem, why);
      if (why) return;
      this._sheet.close();
      void this._load();
    };
    this._sheet.open(title, [form([...body, problem], "KEEP", () => void keep())]);
  }
}

/** @param {Slot[]} slots */
function head(slots) {
  const cells = slots.map((slot) => {
    const cell = make("th", slot.session ? "" : "none", [make("b", "", `Infusion ${slot.number}`)]);
    cell.scope = "col";
    if (!slot.session) {
      cell.append(make("span", "", " none yet"));
      return cell;
    }
    const review = link("", `${slot.date} ${slot.start}`, `/review/${encodeURIComponent(slot.session)}`);
    cell.append(make("br"), review, make("span", "", ` chair ${slot.label}${slot.open ? ", open" : ""}`));
    return cell;
  });
  return make("tr", "", [make("td"), ...cells]);
}

/** @param {string} name */
function rowHead(name) {
  const cell = make("th", "", name);
  cell.scope = "row";
  return cell;
}

/**
 * @param {string} name
 * @param {Slot[]} slots
 * @param {(slot: Slot) => string} text
 */
function textRow(name, slots, text) {
  const cells = slots.map((slot) =>
    slot.session ? make("td", "", text(slot)) : make("td", "none", "--"),
  );
  return make("tr", "", [rowHead(name), ...cells]);
}

/**
 * A labelled field of many words.
 * @param {string} label
 * @param {string} value
 */
function area(label, value) {
  const input = make("textarea");
  input.rows = 6;
  input.maxLength = WORDS_MAX;
  input.value = value;
  return { input, element: make("label", "field", [label, input]) };
}

/** @param {Course} course */
function sheetOf(course) {
  return `/api/courses/${encodeURIComponent(course.patient)}/sheet.pdf?course=${course.course}`;
}

stand((ground) => new CoursePage(ground));
