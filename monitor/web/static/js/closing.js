/** The end of a session: may the patient leave, and are cuff and probe off? And the chair after it. */

import { button, make, write } from "./dom.js";
import { Refused, read } from "./server.js";

const KEPT_REASONS = ["waits for the lift home", "goes to another ward", "sits down again"];

export class ClosingDialog {
  /** @param {import("./acts.js").Acts} acts */
  constructor(acts) {
    this._acts = acts;
    this._session = "";
    this._cuff = new OffOrKept("Cuff");
    this._probe = new OffOrKept("Probe");
    this._why = textLine("Kept on, because", KEPT_REASONS);
    this._held = make("div", "held");
    this._override = textLine("A clinician lets them go, because", []);
    this._refused = make("p", "refused");
    this._refused.setAttribute("role", "alert");
    const form = this._form();
    this.element = make("dialog", "closing", [make("h2", "", "Close this session?"), form]);
    this.element.setAttribute("aria-label", "Close this session?");
  }

  _form() {
    const close = make("button", "act", "CLOSE SESSION");
    close.type = "submit";
    const keep = button("act plain", "Keep it open", () => this.element.close());
    const form = make("form", "", [
      this._held,
      make("p", "", "Readings after this belong to nobody."),
      make("div", "sensors", [this._cuff.element, this._probe.element]),
      this._why,
      this._override,
      this._refused,
      make("div", "choices", [close, keep]),
    ]);
    form.addEventListener("change", () => this._ask());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._close();
    });
    return form;
  }

  /** @param {string} session */
  async open(session) {
    this._session = session;
    this._form_reset();
    if (!(await this._acts.ready())) return;
    await this._look();
    this._ask();
    this.element.showModal();
  }

  _form_reset() {
    this.element.querySelector("form")?.reset();
    write(this._refused, "");
    this._held.replaceChildren();
  }

  /** What still holds the patient back, as of now. */
  async _look() {
    try {
      const leaving = await read(`/api/sessions/${encodeURIComponent(this._session)}/leaving`);
      const missing = leaving.held_by ? leaving.held_by.split("; ") : [];
      const lines = missing.map((/** @type {string} */ one) => make("li", "", one));
      const head = missing.length ? "May not leave yet:" : "Nothing holds this patient back.";
      this._held.replaceChildren(make("p", "", head), make("ul", "checks", lines));
      this._override.hidden = !missing.length;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._refused, error.message);
    }
  }

  /** A reason is asked for only where one is needed. */
  _ask() {
    const kept = this._cuff.value === "kept" || this._probe.value === "kept";
    this._why.hidden = !kept;
    inputOf(this._why).required = kept;
  }

  async _close() {
    const said = { cuff: this._cuff.value, probe: this._probe.value };
    const reason = inputOf(this._why).value.trim();
    const override = this._override.hidden ? "" : inputOf(this._override).value.trim();
    const why = await this._acts.close(this._session, { ...said, reason, override });
    if (why) write(this._refused, why);
    else this.element.close();
  }
}

/** Off, or kept on: nothing is chosen beforehand. */
class OffOrKept {
  /** @param {string} name */
  constructor(name) {
    this._choices = ["off", "kept"].map((value) => {
      const choice = make("input");
      choice.type = "radio";
      choice.name = name.toLowerCase();
      choice.value = value;
      choice.required = true;
      return choice;
    });
    const labels = this._choices.map((choice) =>
      make("label", "", [choice, choice.value === "off" ? "off" : "kept on"]),
    );
    const legend = make("legend", "", name);
    this.element = make("fieldset", "off-or-kept", [legend, ...labels]);
  }

  get value() {
    return this._choices.find((choice) => choice.checked)?.value ?? "";
  }
}

/** What is said of a chair whose last patient left with something on. */
export class TurnOverCard {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair
   */
  constructor(acts, chair) {
    const off = button("act", "CUFF AND PROBE ARE OFF", () => void acts.turnOver(chair));
    this.element = make("section", "card turn-over", [
      make("h3", "", "Not turned over"),
      make("p", "", "Who left kept the cuff or the probe on. Nobody else is seated until it is off."),
      off,
    ]);
    this.element.hidden = true;
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this.element.hidden = tile.state !== "DONE";
  }
}

/**
 * @param {string} label
 * @param {string[]} offered
 */
function textLine(label, offered) {
  const input = make("input");
  input.maxLength = 200;
  input.autocomplete = "off";
  const buttons = offered.map((text) =>
    button("act plain", text, () => {
      input.value = text;
    }),
  );
  const line = make("div", "text-line", [make("label", "", [`${label} `, input])]);
  if (buttons.length) line.append(make("div", "touch", buttons));
  return line;
}

/** @param {HTMLElement} line */
function inputOf(line) {
  const input = line.querySelector("input");
  if (!input) throw new Error("this line has nothing to write into");
  return input;
}
