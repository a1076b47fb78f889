/** Everything that staff entered of a session: entered late, corrected or withdrawn, with why. */

import { AdverseSheet, adverseButton } from "./adverse.js";
import { button, make, mark, redrawn, write } from "./dom.js";
import { Sheet, choice, field, form, timeField } from "./sheet.js";
import { HandOverFields, ScoreFields } from "./way-out.js";

const REASONS = [
  "entered late",
  "from paper",
  "slip of the finger",
  "another patient",
  "did not happen",
];
const SOURCES = ["measured by hand", "from paper"];
const PAIR = ["NIBP_SYS", "NIBP_DIA"];
/** More steps than this are typed, not touched. */
const CHOICES_MAX = 11;
const STAYS = "The first entry stays in the record; this stands beside it.";
const SIGNED =
  "The report is signed: nothing of it is changed. A clinician adds what is missing, as an addendum.";

/** @typedef {import("./contract-treatment.js").Treatment} Treatment */
/** @typedef {import("./contract-treatment.js").Entry} Entry */
/** @typedef {import("./contract-treatment.js").Seen} Seen */
/** @typedef {import("./treatment.js").TreatmentFeed} TreatmentFeed */

export class EntriesCard {
  /**
   * @param {TreatmentFeed} feed
   * @param {string} [title]
   */
  constructor(feed, title = "Entries") {
    this._feed = feed;
    this._body = make("tbody");
    this._sheet = new Sheet("treatment");
    const heads = ["Happened", "Entered", "What", "By", ""].map((text) => {
      const head = make("th", "", text);
      head.scope = "col";
      return head;
    });
    const table = make("table", "entries", [
      make("caption", "heard", "All entries, newest first"),
      make("thead", "", [make("tr", "", heads)]),
      this._body,
    ]);
    this._lateHand = button("act", "LATE HAND-OVER ...", () => void this._lateHandOver());
    this._late = make("div", "touch", [
      button("act", "LATE VALUES ...", () => void this._lateValues()),
      button("act", "LATE EVENT ...", () => void this._lateEvent()),
      button("act", "LATE OBSERVATION ...", () => void this._lateSeen()),
      this._lateHand,
    ]);
    this._adverse = new AdverseSheet((path, act) => this._feed.keep(path, act));
    this._addendum = button("act", "ADDENDUM ...", () => void this._add());
    this._why = make("p", "summary");
    const scroll = make("div", "scroll", [table]);
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Entries");
    this.element = make("section", "card wide", [
      make("h3", "", title),
      this._late,
      this._addendum,
      this._why,
      scroll,
      this._sheet.element,
      this._adverse.element,
    ]);
    /** @type {Treatment|null} */
    this._told = null;
    this._shown = "";
    feed.listen((told, why) => this._show(told, why));
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this.element.hidden = !tile.session;
  }

  blank() {
    this._sheet.close();
    this._adverse.close();
  }

  /**
   * @param {Treatment|null} told
   * @param {string} why
   */
  _show(told, why) {
    this._told = told;
    const signed = Boolean(told?.signed);
    this._late.hidden = signed;
    this._addendum.hidden = !signed;
    this._lateHand.hidden = !told?.hand_over;
    write(this._why, signed ? SIGNED : why);
    const shown = JSON.stringify([signed, told?.entries ?? []]);
    if (shown === this._shown) return;
    this._shown = shown;
    redrawn(this._body, () =>
      this._body.replaceChildren(...(told?.entries ?? []).map((entry) => this._row(entry, signed))),
    );
  }

  /** @param {Entry} entry @param {boolean} signed */
  _row(entry, signed) {
    const what = make("td", "what", [make("span", "said", entry.said)]);
    if (entry.text) what.append(make("q", "", entry.text));
    if (entry.manual) what.append(make("span", "manual", "manual"));
    for (const one of entry.corrections) what.append(make("small", "", one));
    if (entry.adverse) what.append(make("strong", "adverse-said", entry.adverse.said));
    const acts = make("td", "");
    if (entry.correctable && !signed) {
      const correct = button("act small", "CORRECT", () => void this._correct(entry));
      correct.setAttribute("aria-label", `Correct ${entry.said} ${entry.time}`);
      acts.append(correct);
    }
    if (entry.markable && !signed) acts.append(adverseButton(entry, () => void this._mark(entry)));
    const late = entry.time === entry.entered ? "" : entry.entered;
    const cells = [make("td", "", entry.time), make("td", "", late), what];
    const line = make("tr", "", [...cells, make("td", "", entry.by), acts]);
    mark(line, "withdrawn", entry.withdrawn ? "yes" : "");
    return line;
  }

  /** @param {Entry} entry */
  async _mark(entry) {
    if (this._told && (await this._feed.acts.ready())) this._adverse.open(entry, this._told);
  }

  /** @param {Entry} entry */
  async _correct(entry) {
    if (!(await this._feed.acts.ready())) return;
    const time = timeField(entry.time);
    const grade = choice("Grade", entry.grades, entry.grade);
    const words = field("Words", entry.text, { max: 1_000 });
    const seen = entry.seen && valueField(entry.seen, entry.seen.value);
    const person = field("Name of the sitter", entry.seen?.person ?? "");
    const reason = choice("Because", REASONS, REASONS[0] ?? "");
    const event = entry.kind === "event";
    const sitter = entry.seen?.item === "sitter";
    /** @param {import("./server.js").Act} said */
    const keep = async (said) => {
      const act = { of: entry.name, reason: reason.value(), ...said };
      if (await this._feed.keep("corrections", act)) this._sheet.close();
    };
    const changed = () => ({
      happened: time.value() === entry.time ? "" : time.value(),
      grade: event && grade.value() !== entry.grade ? grade.value() : null,
      text: event && words.input.value !== entry.text ? words.input.value : null,
      value: seen && seen.value() !== entry.seen?.value ? seen.value() : null,
      person: sitter && person.input.value !== entry.seen?.person ? person.input.value : null,
    });
    const withdraw = button("act plain", "WITHDRAW: it never was", () =>
      void keep({ withdrawn: true }),
    );
    const body = [
      time.element,
      ...(event ? [words.element] : []),
      ...(entry.grades.length ? [grade.element] : []),
      ...(seen ? [seen.element] : []),
      ...(sitter ? [person.element] : []),
      reason.element,
      withdraw,
    ];
    this._sheet.open(`Correct: ${entry.said}`, [
      make("p", "", STAYS),
      form(body, "CORRECT", () => void keep(changed())),
    ]);
  }

  /** The time that a late entry is offered with: now, or the end of a closed session. */
  get _latest() {
    return timeField(this._told?.latest ?? "");
  }

  async _lateValues() {
    if (!(await this._feed.acts.ready())) return;
    const time = this._latest;
    const values = (this._told?.charted ?? []).map((one) => {
      const name = PAIR.includes(one.vital)
        ? `NIBP ${one.vital === "NIBP_SYS" ? "systolic" : "diastolic"}`
        : one.label;
      const value = field(`${name}, ${one.unit}`, "", { type: "number" });
      value.input.step = "any";
      return { vital: one.vital, ...value };
    });
    const source = choice("From", SOURCES, SOURCES[0] ?? "");
    const entered = async () => {
      const filled = values.filter((one) => one.input.value);
      const act = {
        values: Object.fromEntries(filled.map((one) => [one.vital, one.input.valueAsNumber])),
        source: source.value(),
        happened: time.value(),
      };
      if (await this._feed.keep("charted", act)) this._sheet.close();
    };
    const numbers = make("div", "late-values", values.map((one) => one.element));
    const body = [time.element, numbers, source.element];
    this._sheet.open("Values measured by hand or from paper", [
      form(body, "ENTER VALUES", () => void entered()),
    ]);
  }

  async _lateEvent() {
    if (!(await this._feed.acts.ready())) return;
    const time = this._latest;
    const kinds = this._told?.events ?? [];
    const event = choice("Event", kinds.map((one) => one.name), kinds[0]?.name ?? "");
    const words = field("Words", "", { max: 1_000 });
    const entered = async () => {
      const said = { event: event.value(), text: words.input.value };
      const act = { ...said, happened: time.value() };
      if (await this._feed.keep("events", act)) this._sheet.close();
    };
    this._sheet.open("An event that happened earlier", [
      form([time.element, event.element, words.element], "ENTER EVENT", () => void entered()),
    ]);
  }

  /** What was seen at the chair and is entered later: sedation, oxygen, sitter, a score ... */
  async _lateSeen() {
    if (!(await this._feed.acts.ready())) return;
    const items = this._told?.seen ?? [];
    const scores = this._told?.scores ?? [];
    const first = items[0];
    if (!first) return;
    const time = this._latest;
    const names = [...items, ...scores].map((one) => one.item);
    const item = choice("Seen", names, first.item);
    const place = make("div", "late-seen");
    /** @type {() => Promise<boolean>} */
    let keep = async () => false;
    const draw = () => {
      const score = scores.find((one) => one.item === item.value());
      const seen = items.find((one) => one.item === item.value()) ?? first;
      const asked = score ? this._scoreAsked(score) : this._seenAsked(seen);
      place.replaceChildren(...asked.elements);
      keep = () => this._feed.keep(asked.path, { ...asked.said(), happened: time.value() });
    };
    item.element.addEventListener("change", draw);
    draw();
    const entered = async () => {
      if (await keep()) this._sheet.close();
    };
    this._sheet.open("Seen at the chair earlier", [
      form([time.element, item.element, place], "ENTER OBSERVATION", () => void entered()),
    ]);
  }

  /** @param {Seen} item */
  _seenAsked(item) {
    const value = valueField(item, null);
    const person = field("Name of the sitter", "");
    const said = () => {
      const name = value.value() === "present" ? person.input.value : "";
      return { item: item.item, value: value.value(), person: name };
    };
    const named = item.item === "sitter" ? [person.element] : [];
    return { path: "observed", elements: [value.element, ...named], said };
  }

  /** @param {Treatment["scores"][number]} score */
  _scoreAsked({ item, parts }) {
    const fields = new ScoreFields(item, parts);
    const said = () => ({ item, parts: fields.said });
    return { path: "score", elements: [fields.element, fields.sum], said };
  }

  /** The sitter was told on paper while nothing could be entered. */
  async _lateHandOver() {
    if (!(await this._feed.acts.ready())) return;
    const asked = this._told?.hand_over;
    if (!asked) return;
    const time = this._latest;
    const fields = new HandOverFields(asked);
    const entered = async () => {
      const act = { ...fields.said, happened: time.value() };
      if (await this._feed.keep("hand-over", act)) this._sheet.close();
    };
    const place = make("div", "late-seen way-out", fields.elements);
    this._sheet.open("Handed over to the sitter earlier", [
      form([time.element, place], "ENTER HAND-OVER", () => void entered()),
    ]);
  }

  async _add() {
    if (!(await this._feed.acts.ready())) return;
    const words = field("Addendum", "", { max: 4_000, required: true });
    const entered = async () => {
      if (await this._feed.keep("addendum", { text: words.input.value })) this._sheet.close();
    };
    this._sheet.open("Add to the signed report", [
      form([words.element], "ADD", () => void entered()),
    ]);
    words.input.focus();
  }
}

/**
 * What can be entered of an item: one of its words, one of its few numbers, or a number typed.
 * @param {Seen} item
 * @param {string|number|null} value
 */
function valueField(item, value) {
  const { choices, low, high, step } = item;
  const steps = step ? Math.round((high - low) / step) + 1 : 0;
  if (choices.length || (steps && steps <= CHOICES_MAX)) {
    const numbers = Array.from({ length: steps }, (_, at) => String(low + at * step));
    const words = choices.length ? choices : numbers;
    const picked = choice(item.item, words, String(value ?? words.at(-1)));
    const read = () => (choices.length ? picked.value() : Number(picked.value()));
    return { element: picked.element, value: read };
  }
  if (!step) {
    const sum = make("p", "", `${item.item} is entered item by item: withdraw it and enter it anew`);
    return { element: sum, value: () => value };
  }
  const { input, element } = field(item.item, value === null ? "" : String(value), {
    type: "number",
    required: true,
  });
  Object.assign(input, { min: String(low), max: String(high), step: String(step) });
  return { element, value: () => input.valueAsNumber };
}
