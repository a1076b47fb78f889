/** Adverse events: marking an entry as one, at the chair and in the review, and taking it back. */

import { button, make } from "./dom.js";
import { Refused, read } from "./server.js";
import { Sheet, choice, field, form, tick } from "./sheet.js";

const UNDONE = ["entered in error", "another patient", "it was no adverse event"];

/** @typedef {import("./contract-treatment.js").Treatment} Treatment */
/** @typedef {import("./contract-treatment.js").Entry} Entry */
/** @typedef {(path: string, act: import("./server.js").Act) => Promise<unknown>} Keep true when kept */

/**
 * What is asked of an entry that was an adverse event, and the way back.
 * @param {Entry} entry
 * @param {Treatment} told
 * @param {Keep} keep
 * @param {() => void} done
 */
function questions(entry, told, keep, done) {
  const before = entry.adverse;
  const { seriousness, done: deeds, outcome } = told.harms;
  const serious = choice("Serious?", seriousness, before?.seriousness ?? seriousness[0] ?? "");
  const ticks = deeds.map((one) => tick(one, before?.done.includes(one) ?? false));
  const ended = choice("Outcome", outcome, before?.outcome ?? "");
  const words = field("More, in words", before?.text ?? "", { max: 1_000 });
  const legend = make("legend", "", "What was done");
  const acted = make("fieldset", "choice", [legend, ...ticks.map((one) => one.element)]);
  const marked = async () => {
    const act = {
      of: entry.name,
      seriousness: serious.value(),
      done: deeds.filter((_, place) => ticks[place]?.input.checked),
      outcome: ended.value() || "unknown",
      text: words.input.value,
    };
    if (await keep("adverse", act)) done();
  };
  const parts = [serious.element, acted, ended.element, words.element];
  const body = [form(parts, before ? "CHANGE" : "MARK AS ADVERSE EVENT", () => void marked())];
  if (!before) return body;
  const reason = choice("Because", UNDONE, UNDONE[0] ?? "");
  const back = async () => {
    const act = { of: before.name, withdrawn: true, reason: reason.value() };
    if (await keep("corrections", act)) done();
  };
  return [...body, form([reason.element], "TAKE BACK: no adverse event", () => void back())];
}

/** A sheet in which an entry is marked. */
export class AdverseSheet {
  /** @param {Keep} keep */
  constructor(keep) {
    this._keep = keep;
    this._sheet = new Sheet("treatment adverse");
    this.element = this._sheet.element;
  }

  close() {
    this._sheet.close();
  }

  /**
   * @param {Entry} entry
   * @param {Treatment} told
   */
  open(entry, told) {
    this._sheet.open(`Adverse event: ${entry.said} ${entry.time}`, [
      make("p", "", "It is kept with your name and stands on the report, in the course and in exports."),
      ...questions(entry, told, this._keep, () => this._sheet.close()),
    ]);
  }
}

/**
 * The button that opens it, for an entry that may be one.
 * @param {Entry} entry
 * @param {() => void} open
 */
export function adverseButton(entry, open) {
  const one = button("act small plain", entry.adverse ? "ADVERSE ..." : "ADVERSE?", open);
  one.setAttribute("aria-label", `Adverse event? ${entry.said} ${entry.time}`);
  return one;
}

/** In the review: every event of the session, and which of them were adverse. */
export class AdverseDialog {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} session
   * @param {() => void} marked
   */
  constructor(acts, session, marked) {
    this._acts = acts;
    this._path = `/api/sessions/${encodeURIComponent(session)}`;
    this._marked = marked;
    this._list = new Sheet("adverse-list");
    this._sheet = new AdverseSheet((path, act) => this._kept(path, act));
    this._open = button("csv", "ADVERSE EVENTS ...", () => void this._ask());
  }

  /** For the head of the page. */
  get buttons() {
    return [this._open];
  }

  /** For the page as a whole: the head is drawn anew, and what is open would be shut. */
  get dialogs() {
    return [this._list.element, this._sheet.element];
  }

  async _ask() {
    if (!(await this._acts.ready())) return;
    try {
      this._show(await read(`${this._path}/treatment`));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._acts.say(error.message);
    }
  }

  /** @param {Treatment} told */
  _show(told) {
    const lines = told.entries
      .filter((entry) => entry.markable)
      .reverse()
      .map((entry) => this._line(entry, told));
    const none = make("p", "", "Nothing happened that was entered. Enter it at the chair, or late.");
    const why = told.signed ? "The report is signed: add what is missing as an addendum." : "";
    this._list.open("Adverse events", [
      make("p", "summary", why),
      lines.length ? make("ul", "adverse-lines", lines) : none,
    ]);
  }

  /**
   * @param {Entry} entry
   * @param {Treatment} told
   */
  _line(entry, told) {
    const line = make("li", "", [make("span", "", `${entry.time} ${entry.said} `)]);
    if (entry.adverse) line.append(make("strong", "", entry.adverse.said), " ");
    if (!told.signed) line.append(adverseButton(entry, () => this._sheet.open(entry, told)));
    return line;
  }

  /**
   * @param {string} path
   * @param {import("./server.js").Act} act
   */
  async _kept(path, act) {
    if (!(await this._acts.keep(`${this._path}/${path}`, act))) return false;
    this._marked();
    await this._ask();
    return true;
  }
}
