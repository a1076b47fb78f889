/** Artefacts of a review: marking a stretch, what is marked and by whom, and what may be one. */

import { button, make } from "./dom.js";
import { momentOf, clock } from "./review-axis.js";
import { choice, field, form, tick } from "./sheet.js";

/** @typedef {import("./contract-review.js").Reviewed} Reviewed */
/** @typedef {{from_ms: number, to_ms: number}} Stretch */

const CAUSES = ["artefact", "movement", "cuff error", "other"];
/** What is marked together, by what it is called at the chair. @type {Map<string, string[]>} */
const GROUPS = new Map([
  ["BP", ["NIBP_SYS", "NIBP_DIA", "NIBP_MEAN", "NIBP_PR"]],
  ["HR", ["HR", "PR"]],
  ["SpO2", ["SpO2", "PI"]],
  ["RR", ["RR"]],
]);
const UNDONE = "undone in the review";

/**
 * @typedef {object} Deeds
 * @property {(marking: boolean) => void} mark whether a drag chooses what to mark
 * @property {(stretch: Stretch|null) => void} choose show the stretch on the charts
 * @property {(path: string, act: import("./server.js").Act) => Promise<void>} keep
 */

export class ReviewMarks {
  /** @param {Deeds|null} deeds null where nothing can be marked */
  constructor(deeds) {
    this._deeds = deeds;
    /** @type {Reviewed|null} */
    this._seen = null;
    this.open = button("span", "MARK ARTEFACT", () => this.begin(null));
    this.open.setAttribute("aria-expanded", "false");
    this._form = make("div", "mark-form");
    this._form.hidden = true;
    this._list = make("div", "marks");
    this.element = make("section", "marking", [this._form, this._list]);
    this.element.setAttribute("aria-label", "Artefacts");
  }

  /** @param {Reviewed} seen */
  show(seen) {
    this._seen = seen;
    this._list.replaceChildren(...this._lists(seen));
  }

  /**
   * Let somebody say what is an artefact; a drag or the cursor's ends fill in the times.
   * @param {Stretch|null} stretch
   * @param {string[]} groups
   */
  begin(stretch, groups = ["BP", "HR", "SpO2", "RR"]) {
    const seen = this._seen;
    if (!seen || !this._deeds) return;
    this._deeds.mark(true);
    this.open.setAttribute("aria-expanded", "true");
    this._form.replaceChildren(...this._fields(seen, stretch, groups));
    const opened = this._form.hidden;
    this._form.hidden = false;
    this._deeds.choose(stretch);
    if (opened) this._form.querySelector("input")?.focus();
  }

  end() {
    this._form.hidden = true;
    this.open.setAttribute("aria-expanded", "false");
    this._deeds?.mark(false);
    this._deeds?.choose(null);
  }

  /**
   * @param {Reviewed} seen
   * @param {Stretch|null} stretch
   * @param {string[]} groups
   */
  _fields(seen, stretch, groups) {
    const from = moment("From", seen, stretch?.from_ms);
    const to = moment("To", seen, stretch?.to_ms);
    const ticks = [...GROUPS.keys()].map((name) => tick(name, groups.includes(name)));
    const cause = choice("Cause", CAUSES, "artefact");
    const note = field("Note", "", { max: 200 });
    const shown = () => {
      this._deeds?.choose({ from_ms: momentOf(seen, from.input.value), to_ms: momentOf(seen, to.input.value) });
    };
    from.input.addEventListener("change", shown);
    to.input.addEventListener("change", shown);
    const which = make("fieldset", "choice", [
      make("legend", "", "Which readings"),
      ...ticks.map((one) => one.element),
    ]);
    const hint = make("p", "hint", "Drag over the charts, or put the cursor there and press [ and ].");
    const body = [hint, make("div", "fields", [from.element, to.element, note.element]), which, cause.element];
    const entered = form(body, "MARK", () => {
      const exact = (/** @type {string} */ text, /** @type {number|undefined} */ ms) =>
        ms !== undefined && text === clock(seen, ms) ? ms : momentOf(seen, text);
      const from_ms = exact(from.input.value, stretch?.from_ms);
      const to_ms = exact(to.input.value, stretch?.to_ms);
      const names = [...GROUPS.keys()].filter((_, place) => ticks[place]?.input.checked);
      void this._mark({ from_ms, to_ms }, names, cause.value(), note.input.value);
    });
    return [make("h3", "", "Mark an artefact"), entered, button("act plain", "Cancel", () => this.end())];
  }

  /**
   * @param {Stretch} stretch
   * @param {string[]} names
   * @param {string} cause
   * @param {string} text
   */
  async _mark({ from_ms, to_ms }, names, cause, text) {
    const vitals = names.length === GROUPS.size ? [] : names.flatMap((name) => GROUPS.get(name) ?? []);
    // Both ends are in it: whole milliseconds of the page hold every microsecond of the record.
    const from_us = Math.floor(from_ms) * 1_000;
    const to_us = Math.floor(to_ms) * 1_000 + 999;
    await this._deeds?.keep("artefacts", { from_us, to_us, vitals, cause, text });
  }

  /** @param {Reviewed} seen */
  _lists(seen) {
    const lines = [
      ...seen.artefacts.map((one) => this._marked(one)),
      ...seen.suggestions.map((one) => this._suggested(one)),
      ...seen.undone.map((one) =>
        make("li", "undone", `${one.cause}, marked by ${one.marked_by}: undone by ${one.by} ${one.at}`),
      ),
    ];
    const title = make("h3", "", "Artefacts");
    if (!lines.length) return [title, make("p", "summary", "none marked, none suggested")];
    return [title, make("ul", "mark-list", lines)];
  }

  /** @param {import("./contract-review.js").Artefact} one */
  _marked(one) {
    const which = one.vitals.length ? one.vitals.join(", ") : "all vital signs";
    const text = `${one.cause}: ${which}, ${one.span}, by ${one.by} ${one.marked}`;
    const line = make("li", "marked", [make("span", "", text)]);
    if (this._deeds) {
      const undo = button("span", "UNDO", () => {
        void this._deeds?.keep("review/withdraw", { of: one.name, reason: UNDONE });
      });
      undo.setAttribute("aria-label", `Undo ${one.cause} ${one.span}`);
      line.append(undo);
    }
    return line;
  }

  /** @param {import("./contract-review.js").Suggestion} one */
  _suggested(one) {
    const line = make("li", "suggested", [make("span", "", `suggested: ${one.vital} ${one.span}, ${one.why}`)]);
    const name = [...GROUPS].find(([, vitals]) => vitals.includes(one.vital))?.[0] ?? "";
    if (this._deeds && name) {
      const confirm = button("span", "LOOK AND MARK", () => this.begin(one, [name]));
      confirm.setAttribute("aria-label", `Mark ${one.vital} ${one.span}`);
      line.append(confirm);
    }
    return line;
  }
}

/**
 * A time of day to the second.
 * @param {string} label
 * @param {Reviewed} seen
 * @param {number|undefined} at_ms
 */
function moment(label, seen, at_ms) {
  const one = field(label, at_ms === undefined ? "" : clock(seen, at_ms), { type: "time", required: true });
  one.input.step = "1";
  return one;
}
