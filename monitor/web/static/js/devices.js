/** Which devices measured for a session, and correcting two that were swapped. */

import { counted } from "./counting.js";
import { button, make, write } from "./dom.js";
import { Refused, read } from "./server.js";

/** @typedef {import("./contract.js").SessionDevices} SessionDevices */

export class DevicesDialog {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} session
   * @param {() => void} corrected
   */
  constructor(acts, session, corrected) {
    this._acts = acts;
    this._session = session;
    this._corrected = corrected;
    this._offset_min = 0;
    this._element = make("dialog", "devices");
    this._element.setAttribute("aria-label", "Devices of this session");
    this._open = button("csv", "DEVICES ...", () => void this._ask());
  }

  /**
   * The button that opens it, and the dialog, for the head of the page.
   * @param {number} offset_min of the clinic's zone, from UTC
   */
  parts(offset_min) {
    this._offset_min = offset_min;
    return [this._open, this._element];
  }

  async _ask() {
    if (!(await this._acts.ready())) return;
    try {
      this._show(await read(this._path()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._acts.say(error.message);
    }
  }

  _path() {
    return `/api/sessions/${encodeURIComponent(this._session)}/devices`;
  }

  /** @param {SessionDevices} told */
  _show(told) {
    const measured = told.measured.map((one) =>
      make("li", "", `${one.device}: ${counted(one.readings, "reading")}`),
    );
    const past = told.corrections.map((one) =>
      make(
        "li",
        "",
        `${one.from} to ${one.to} ${one.device} in place of ${one.instead}: ${one.reason} (${one.by} ${one.at})`,
      ),
    );
    const away = button("act plain", "Close", () => this._element.close());
    this._element.replaceChildren(
      make("h2", "", "Devices of this session"),
      make("ul", "checks", measured),
      make("h3", "", past.length ? "Corrected" : "Never corrected"),
      make("ul", "checks", past),
      this._form(told),
      away,
    );
    if (!this._element.open) this._element.showModal();
  }

  /** @param {SessionDevices} told */
  _form(told) {
    const own = told.measured.map((one) => one.device);
    const device = choice("This one measured for the patient", told.known);
    const instead = choice("not this one", own.length ? own : told.known);
    const from = moment("From", told.from_ms, this._offset_min);
    const to = moment("To", told.to_ms, this._offset_min);
    const reason = make("input");
    reason.required = true;
    reason.maxLength = 200;
    const refused = make("p", "refused");
    refused.setAttribute("role", "alert");
    const correct = make("button", "act", "CORRECT");
    correct.type = "submit";
    const form = make("form", "", [
      make("h3", "", "Two devices were swapped (a clinician corrects it)"),
      make("p", "", "Stored readings stay as they are; review, exports and report see them so."),
      make("div", "two-lines", [device, instead, from.element, to.element]),
      make("label", "line", ["Because ", reason]),
      refused,
      correct,
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._keep(refused, {
        device: chosen(device),
        instead: chosen(instead),
        from_ms: from.ms(),
        to_ms: to.ms(),
        reason: reason.value.trim(),
      });
    });
    return form;
  }

  /**
   * @param {HTMLElement} refused
   * @param {import("./server.js").Act} act
   */
  async _keep(refused, act) {
    const why = await this._acts.tried(this._path(), act);
    write(refused, why);
    if (why) return;
    this._element.close();
    this._corrected();
  }
}

/**
 * @param {string} label
 * @param {string[]} names
 */
function choice(label, names) {
  const select = make("select");
  select.required = true;
  select.append(new Option("choose ...", ""), ...names.map((name) => new Option(name, name)));
  return make("label", "line", [`${label} `, select]);
}

/** @param {HTMLElement} label */
function chosen(label) {
  return label.querySelector("select")?.value ?? "";
}

/**
 * A time of the clinic's clock, to the second.
 * @param {string} label
 * @param {number} at_ms
 * @param {number} offset_min
 */
function moment(label, at_ms, offset_min) {
  const input = make("input");
  input.type = "datetime-local";
  input.step = "1";
  input.required = true;
  const shown_ms = Math.floor(at_ms / 1_000) * 1_000 + offset_min * 60_000;
  input.valueAsNumber = shown_ms;
  return {
    element: make("label", "line", [`${label} `, input]),
    // What was not touched means the exact time, not its second.
    ms: () =>
      input.valueAsNumber === shown_ms ? at_ms : input.valueAsNumber - offset_min * 60_000,
  };
}
