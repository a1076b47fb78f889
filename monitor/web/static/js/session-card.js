/** A chair's session: seat a patient by pseudonym, then go from phase to phase. */

import { ClosingDialog } from "./closing.js";
import { button, link, make, mark } from "./dom.js";

const PLANNED_MINUTES = "40";
/** What the button says that enters a phase. */
const ENTER = new Map([
  ["BASELINE", "START BASELINE"],
  ["INFUSION", "START INFUSION"],
  ["RECOVERY", "END INFUSION"],
  ["CLOSED", "CLOSE SESSION"],
]);

export class SessionCard {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair
   */
  constructor(acts, chair) {
    this._acts = acts;
    this._chair = chair;
    this._phases = make("div", "phases");
    this._review = link("review-link", "Review this session", "/sessions");
    this._closing = new ClosingDialog(acts);
    this._form = this._seatForm();
    /** What leads the session on. */
    this.acts = make("div", "session-acts", [this._review, this._phases, this._closing.element]);
    /** Who takes the empty chair. */
    this.element = make("section", "card session", [make("h3", "", "Session"), this._form]);
    this._session = "";
    this._stopped = false;
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    const session = tile.session;
    this.acts.hidden = !session;
    // Who left kept something on: nobody is seated until it is off.
    this.element.hidden = Boolean(session) || tile.state === "DONE";
    this._session = session?.id ?? "";
    this._stopped = tile.halted.startsWith("STOPPED");
    if (!session) return;
    this._review.href = `/review/${encodeURIComponent(session.id)}`;
    const wanted = `${session.id} ${session.next_phases.join()}`;
    if (this._phases.dataset.holds === wanted) return;
    mark(this._phases, "holds", wanted);
    const buttons = session.next_phases.map((phase) =>
      button("act", ENTER.get(phase) ?? phase, () => this._enter(phase)),
    );
    this._phases.replaceChildren(...buttons);
  }

  /** @param {string} phase */
  _enter(phase) {
    if (phase === "CLOSED") void this._closing.open(this._session);
    else if (phase === "INFUSION") this._pump({ action: "start" });
    else if (phase === "RECOVERY" && !this._stopped) {
      this._pump({ action: "stop", recovery: true });
    } else void this._acts.enter(this._session, phase);
  }

  /**
   * The infusion starts and ends with its pump, in one entry.
   * @param {import("./server.js").Act} act
   */
  _pump(act) {
    void this._acts.keep(`/api/sessions/${encodeURIComponent(this._session)}/pump`, act);
  }

  _seatForm() {
    const patient = make("input");
    patient.required = true;
    patient.maxLength = 24;
    patient.autocomplete = "off";
    patient.name = "patient";
    const minutes = make("input");
    minutes.type = "number";
    minutes.required = true;
    minutes.min = "10";
    minutes.max = "180";
    minutes.value = PLANNED_MINUTES;
    minutes.name = "minutes";
    const seat = make("button", "act", "SEAT PATIENT");
    seat.type = "submit";
    const form = make("form", "seat", [
      make("label", "", ["Patient (pseudonym, never a name) ", patient]),
      make("label", "", ["Planned infusion, minutes ", minutes]),
      seat,
    ]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reference = patient.value.trim();
      void this._acts.seat(this._chair, reference, minutes.valueAsNumber).then((done) => {
        if (done) form.reset();
      });
    });
    return form;
  }
}
