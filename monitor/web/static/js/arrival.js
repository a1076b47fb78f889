/** A patient's arrival at the chair: sitter, arms, questions, baseline, and what holds back. */

import { button, make, mark, redrawn } from "./dom.js";
import { SessionFeed } from "./feed.js";
import { Sheet, choice, field, form, tick } from "./sheet.js";

const SIDES = ["left", "right"];
const OVER = ["usual for this patient", "clinician was asked and agrees", "measured again, calm"];

/** @typedef {import("./contract-day.js").Arrival} Arrival */

export class ArrivalCard {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {() => boolean} signedIn
   */
  constructor(acts, signedIn) {
    this._acts = acts;
    /** @type {SessionFeed<Arrival>} */
    this._feed = new SessionFeed(acts, signedIn, "arrival", "Sign in to see and enter the arrival");
    this._feed.listen((arrival, why) => this._tell(arrival, why));
    /** @type {Arrival|null} */
    this._arrival = null;
    this._held = make("div", "held");
    this._held.setAttribute("role", "status");
    this._lines = make("ul", "arrival-lines");
    this._sheet = new Sheet("care");
    this.element = make("section", "card arrival-card wide", [
      make("h3", "", "Arrival"),
      this._held,
      this._lines,
      this._sheet.element,
    ]);
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this.element.hidden = !tile.session;
    if ((tile.session?.id ?? "") !== this._feed.session) this._sheet.close();
    this._feed.draw(tile);
  }

  /** Nothing is known any more, and nothing old is shown. */
  blank() {
    this._feed.blank();
    this._sheet.close();
  }

  /**
   * @param {Arrival|null} arrival
   * @param {string} why
   */
  _tell(arrival, why) {
    const same = JSON.stringify(arrival) === JSON.stringify(this._arrival);
    this._arrival = arrival;
    // Drawn anew only when something is new: a button under a finger stays where it is.
    if (arrival && !same) redrawn(this.element, () => this._show(arrival));
    if (arrival) return;
    this._held.replaceChildren();
    if (!why) this._lines.replaceChildren();
    else if (this._lines.textContent !== why) this._lines.replaceChildren(make("li", "", why));
  }

  /** @param {string} what */
  _path(what) {
    return this._feed.path(what);
  }

  /** @param {Arrival} arrival */
  _show(arrival) {
    this._lines.replaceChildren(
      this._line("Infusion", numbered(arrival), true, "CORRECT ...", () => this._number(arrival)),
      this._line("Sitter", sitterTold(arrival), sitterWhole(arrival), "SITTER ...", () =>
        this._sitter(arrival),
      ),
      this._line(
        "Arms",
        arrival.arms ? `cuff ${arrival.arms.cuff}, probe ${arrival.arms.probe}` : "not entered",
        arrival.arms !== null,
        "ARMS ...",
        () => this._arms(arrival),
      ),
      ...(arrival.questions.length ? [this._asked(arrival)] : []),
      this._baseline(arrival),
    );
    this._showHolds(arrival);
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {boolean} whole
   * @param {string} act
   * @param {() => void} open
   */
  _line(name, text, whole, act, open) {
    const enter = button("act", act, () => void this._enter(open));
    const state = make("b", "mark", whole ? "OK" : "MISSING");
    const line = make("li", "", [make("span", "name", name), state, make("span", "said", text), enter]);
    mark(line, "whole", whole ? "yes" : "no");
    return line;
  }

  /** @param {() => void} open after somebody is known to be there */
  async _enter(open) {
    if (await this._acts.ready()) open();
  }

  /** @param {Arrival} arrival */
  _asked(arrival) {
    const said = arrival.questions.map((one) => `${one.text}: ${one.answer || "-"}`).join("; ");
    const whole = arrival.questions.every((one) => one.answer);
    return this._line("Questions", said, whole, "QUESTIONS ...", () => this._questions(arrival));
  }

  /** @param {Arrival} arrival */
  _baseline(arrival) {
    const { confirmed, measured } = arrival;
    const now = valuesTold(measured.values, measured.missing);
    const text = confirmed
      ? `${valuesTold(confirmed.values, confirmed.missing)}, by ${confirmed.by} ${confirmed.time}`
      : `${now} (since ${arrival.seated})`;
    const act = confirmed ? `CONFIRM ANEW ${pressure(measured.values)}` : "CONFIRM";
    const line = this._line("Baseline", text, confirmed !== null, act, () => void this._confirm());
    const enter = line.querySelector("button");
    const nothing = arrival.begun || !Object.keys(measured.values).length;
    const same = confirmed && valuesTold(confirmed.values, "") === valuesTold(measured.values, "");
    if (enter) enter.hidden = nothing || Boolean(same);
    return line;
  }

  /** @param {Arrival} arrival */
  _showHolds(arrival) {
    const open = arrival.begun ? [] : arrival.holds.filter((one) => !one.overridden);
    const over = arrival.overrides.map((one) =>
      make("p", "", `Gone over: ${one.words}: ${one.reason}, ${one.by} ${one.time}`),
    );
    const words = open.map((one) => make("li", "", one.words));
    const act = button("act", "OVERRIDE ...", () => void this._enter(() => this._override(open)));
    const held = [make("h4", "", "INFUSION HELD BACK"), make("ul", "", words), act];
    mark(this._held, "held", open.length ? "yes" : "");
    this._held.replaceChildren(...(open.length ? held : []), ...over);
  }

  /** @param {Arrival} arrival */
  _number(arrival) {
    const infusion = field("Infusion", String(arrival.infusion || 1), { type: "number" });
    const course = field("of course", String(arrival.course || 1), { type: "number" });
    const why = field("Because", "", { max: 200, required: true });
    for (const one of [infusion, course]) {
      one.input.min = "1";
      one.input.max = "99";
      one.input.required = true;
    }
    const fields = make("div", "fields", [infusion.element, course.element, why.element]);
    const keep = form([fields], "CORRECT", () =>
      void this._keep("number", {
        infusion: infusion.input.valueAsNumber,
        course: course.input.valueAsNumber,
        reason: why.input.value.trim(),
      }),
    );
    this._sheet.open("Which infusion this is", [keep]);
  }

  /** @param {Arrival} arrival */
  _sitter(arrival) {
    const known = arrival.sitter;
    const person = field("Name", known?.person ?? "", { required: true });
    const phone = field("Reachable under", known?.phone ?? "", { max: 30, type: "tel" });
    const stays = tick("stays in the clinic", known?.stays ?? false);
    const drives = tick("drives the patient home", known?.drives ?? false);
    const briefed = tick("took the briefing", known?.briefed ?? false);
    const body = [
      make("div", "fields", [person.element, phone.element]),
      make("div", "ticks", [stays.element, drives.element, briefed.element]),
    ];
    const keep = form(body, "KEEP", () =>
      void this._keep("sitter", {
        person: person.input.value.trim(),
        phone: phone.input.value.trim(),
        stays: stays.input.checked,
        drives: drives.input.checked,
        briefed: briefed.input.checked,
      }),
    );
    this._sheet.open("Sitter", [keep]);
  }

  /** @param {Arrival} arrival */
  _arms(arrival) {
    const cuff = choice("Cuff on the", SIDES, arrival.arms?.cuff ?? "");
    const probe = choice("Probe on the", SIDES, arrival.arms?.probe ?? "");
    const keep = form([cuff.element, probe.element], "KEEP", () => {
      if (!cuff.value() || !probe.value()) this._acts.say("Choose an arm for each");
      else void this._keep("arms", { cuff: cuff.value(), probe: probe.value() });
    });
    this._sheet.open("Arms of cuff and probe", [keep]);
  }

  /** @param {Arrival} arrival */
  _questions(arrival) {
    const asked = arrival.questions.map((one) => {
      if (one.kind === "text") {
        const words = field(one.text, one.answer, { max: 200 });
        return { id: one.id, element: words.element, value: () => words.input.value.trim() };
      }
      const yesNo = choice(one.text, ["yes", "no"], one.answer);
      return { id: one.id, ...yesNo };
    });
    const keep = form([make("div", "asked", asked.map((one) => one.element))], "KEEP", () => {
      const given = asked.map((one) => /** @type {const} */ ([one.id, one.value()]));
      const answers = Object.fromEntries(given.filter(([, said]) => said));
      void this._keep("answers", { answers });
    });
    this._sheet.open("Before the infusion", [keep]);
  }

  async _confirm() {
    const values = this._arrival?.measured.values ?? {};
    const systolic = values["NIBP_SYS"] ?? null;
    const diastolic = values["NIBP_DIA"] ?? null;
    await this._keep("baseline/confirm", { systolic, diastolic });
  }

  /** @param {{key: string, words: string}[]} open */
  _override(open) {
    const keys = open.map((one) => one.key);
    const why = field("Another reason", "", { max: 200, required: true });
    const usual = OVER.map((reason) =>
      button("act", reason, () => void this._keep("hold/override", { keys, reason })),
    );
    const other = form([why.element], "OVERRIDE", () =>
      void this._keep("hold/override", { keys, reason: why.input.value.trim() }),
    );
    this._sheet.open("Go on over this, by your name, because", [
      make("ul", "", open.map((one) => make("li", "", one.words))),
      make("div", "touch", usual),
      other,
    ]);
  }

  /**
   * @param {string} what
   * @param {import("./server.js").Act} act
   */
  async _keep(what, act) {
    if (!(await this._acts.keep(this._path(what), act))) {
      void this._feed.ask();
      return;
    }
    this._sheet.close();
    await this._feed.ask();
  }
}

/** @param {Arrival} arrival */
function numbered(arrival) {
  if (!arrival.infusion) return "not counted";
  return `${arrival.infusion} of ${arrival.course_infusions}, course ${arrival.course}`;
}

/** @param {Arrival} arrival */
function sitterTold(arrival) {
  const one = arrival.sitter;
  if (!one) return "not entered";
  const said = [one.phone || "no phone", one.stays ? "stays" : "does not stay"];
  said.push(one.drives ? "drives home" : "does not drive");
  said.push(one.briefed ? "briefed" : "not briefed");
  return `${one.person}: ${said.join(", ")}`;
}

/** @param {Arrival} arrival */
function sitterWhole(arrival) {
  const one = arrival.sitter;
  return Boolean(one?.phone && one.stays && one.drives && one.briefed);
}

/** @param {Record<string, number>} values */
function pressure(values) {
  return "NIBP_SYS" in values ? `${values["NIBP_SYS"]}/${values["NIBP_DIA"]}` : "";
}

/**
 * @param {Record<string, number>} values
 * @param {string} missing
 */
function valuesTold(values, missing) {
  const { NIBP_SYS, NIBP_DIA, ...others } = values;
  const said = NIBP_SYS === undefined ? [] : [`NIBP ${NIBP_SYS}/${NIBP_DIA}`];
  said.push(...Object.entries(others).map(([vital, value]) => `${vital} ${value}`));
  return [said.join(", ") || "none yet", missing].filter(Boolean).join("; no ");
}
