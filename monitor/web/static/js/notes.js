/** What happens at a chair: events in one touch or by a number key. */

import { button, make, mark } from "./dom.js";
import { Sheet, field, form } from "./sheet.js";

/** So many minutes earlier in one touch. */
const EARLIER_MIN = [1, 5, 10];
const DAY_S = 86_400;
/** An entry is offered for correction in its place for so long. */
const FRESH_MS = 120_000;
/** What says more by words than by its name. */
const IN_WORDS = new Set(["note", "drug given"]);

/** @typedef {import("./contract-treatment.js").Treatment} Treatment */
/** @typedef {import("./contract-treatment.js").Entry} Entry */
/** @typedef {import("./contract-treatment.js").EventKind} EventKind */
/** @typedef {import("./treatment.js").TreatmentFeed} TreatmentFeed */

/**
 * A time of day so many minutes earlier.
 * @param {string} time `14:05:30`
 * @param {number} minutes
 */
function earlier(time, minutes) {
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  const all = (hour * 3_600 + minute * 60 + second - minutes * 60 + DAY_S) % DAY_S;
  return [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** Large buttons; what was touched last can be graded, timed and taken back beside them. */
export class EventsCard {
  /** @param {TreatmentFeed} feed */
  constructor(feed) {
    this._feed = feed;
    this._due = make("ul", "due");
    this._last = make("div", "just-entered");
    this._last.setAttribute("role", "status");
    this._grid = make("div", "events");
    this._sheet = new Sheet("treatment");
    const head = make("div", "events-head", [make("h3", "", "Events"), this._due]);
    const parts = [head, this._last, this._grid, this._sheet.element];
    this.element = make("section", "card wide events-card", parts);
    /** @type {EventKind[]} */
    this._kinds = [];
    this._offered = "";
    /** The name of what was entered at this page last. */
    this._mine = "";
    /** @type {Treatment|null} */
    this._told = null;
    feed.listen((told, why) => this._show(told, why));
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this.element.hidden = !tile.session;
    const wanted = JSON.stringify(tile.due);
    if (this._due.dataset.holds === wanted) return;
    mark(this._due, "holds", wanted);
    const items = tile.due.map((one) => {
      const item = make("li", "", `${one.name} ${one.text}`);
      mark(item, "overdue", one.overdue ? "yes" : "");
      return item;
    });
    this._due.replaceChildren(...items);
  }

  blank() {
    this._sheet.close();
    this._due.replaceChildren();
    mark(this._due, "holds", "");
  }

  /**
   * A number key; false when no event has it.
   * @param {string} key
   */
  press(key) {
    const kind = this._kinds.find((one) => one.key === key);
    if (kind) void this._enter(kind);
    return Boolean(kind);
  }

  /**
   * @param {Treatment|null} told
   * @param {string} why
   */
  _show(told, why) {
    this._told = told;
    this._draw_grid(told?.events ?? []);
    this._offer(told, why);
  }

  /** @param {EventKind[]} kinds */
  _draw_grid(kinds) {
    const wanted = JSON.stringify(kinds);
    if (this._grid.dataset.holds === wanted) return;
    mark(this._grid, "holds", wanted);
    this._kinds = kinds;
    const buttons = kinds.map((kind) => {
      const one = button("act event", kind.name, () => void this._enter(kind));
      if (kind.key) {
        one.prepend(make("kbd", "", kind.key));
        one.setAttribute("aria-keyshortcuts", kind.key);
      }
      return one;
    });
    this._grid.replaceChildren(...buttons);
  }

  /** @param {EventKind} kind */
  async _enter(kind) {
    if (!IN_WORDS.has(kind.name)) {
      await this._keep(kind.name, "");
      return;
    }
    if (!(await this._feed.acts.ready())) return;
    const words = field(kind.name === "note" ? "Note" : "What, how much, how", "", {
      max: 1_000,
      required: true,
    });
    const entered = async () => {
      if (await this._keep(kind.name, words.input.value)) this._sheet.close();
    };
    this._sheet.open(kind.name, [form([words.element], "ENTER", () => void entered())]);
    words.input.focus();
  }

  /**
   * What this page entered is offered here, not what somebody else does meanwhile.
   * @param {string} event
   * @param {string} text
   */
  async _keep(event, text) {
    const known = new Set(this._told?.entries.map((one) => one.name));
    const done = await this._feed.keep("events", { event, text });
    const entries = this._told?.entries ?? [];
    const mine = entries.find((one) => one.event === event && !known.has(one.name));
    this._mine = mine?.name ?? this._mine;
    this._offer(this._told, "");
    return done;
  }

  /**
   * What was entered here last, while it is fresh: grade and time in one touch, and the way back.
   * @param {Treatment|null} told
   * @param {string} why
   */
  _offer(told, why) {
    const newest = told?.entries.find((one) => one.name === this._mine && !one.withdrawn);
    const age_ms = (told?.as_of_ms ?? 0) - (newest?.entered_ms ?? 0);
    const fresh = newest && age_ms < FRESH_MS ? newest : null;
    const offered = fresh ? JSON.stringify(fresh) : why;
    if (offered === this._offered) return;
    this._offered = offered;
    if (!fresh) {
      const hint = "One touch enters it with the time now; then grade and time can be corrected.";
      this._last.replaceChildren(make("span", "", told ? hint : why));
      return;
    }
    const grades = fresh.grades.map((grade) => {
      const one = button("act small", grade, () => void this._grade(fresh, grade));
      one.setAttribute("aria-pressed", String(grade === fresh.grade));
      return one;
    });
    const times = EARLIER_MIN.map((minutes) =>
      button("act small plain", `-${minutes} min`, () => void this._move(fresh, minutes)),
    );
    this._last.replaceChildren(
      make("strong", "", `${fresh.said} ${times_said(fresh)}`),
      ...grades,
      ...times,
      button("act small plain", "UNDO", () => void this._undo(fresh)),
    );
  }

  /** @param {Entry} entry @param {string} grade */
  _grade(entry, grade) {
    return this._feed.keep("corrections", { of: entry.name, grade, reason: "grade" });
  }

  /** @param {Entry} entry @param {number} minutes */
  _move(entry, minutes) {
    const happened = earlier(entry.time, minutes);
    return this._feed.keep("corrections", { of: entry.name, happened, reason: "entered late" });
  }

  /** @param {Entry} entry */
  _undo(entry) {
    const reason = "slip of the finger";
    return this._feed.keep("corrections", { of: entry.name, withdrawn: true, reason });
  }
}

/** Both times of an entry, one of them where they are the same. @param {Entry} entry */
function times_said(entry) {
  return entry.time === entry.entered ? entry.time : `${entry.time} (entered ${entry.entered})`;
}
