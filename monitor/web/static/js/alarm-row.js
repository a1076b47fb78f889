/** One open alarm on a chair's page: what it says, and its buttons. */

import { button, make, mark } from "./dom.js";
import { Message } from "./message.js";

/** A more urgent alarm speaks for this one: it is listed, steady and silent. */
const SUPERSEDED = { superseded: false, state: "SUPERSEDED", acknowledged: "superseded" };
/** What a person can say with an acknowledgement, beside having seen the alarm. */
const REASONS = ["probe repositioned", "clinician called", "drug given", "artefact", "expected"];

const UNUSABLE = ["probe cannot be kept on", "patient is away from the monitor", "watched by hand"];

export class AlarmRow {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {{why: (alarm: string) => void, suspend: (rule: string) => void}} asked
   *   why there is this alarm; for its rule to make no sound for a while
   * @param {HTMLDialogElement} dialog of the page: in a row it would go when the row moves
   */
  constructor(acts, asked, dialog) {
    this._acts = acts;
    this._message = new Message();
    this._button = button("act", "ACKNOWLEDGE", () => this.acknowledge());
    this._as = button("act", "SEEN AS ...", () => this._ask());
    this._why = button("act plain", "WHY", () => asked.why(this._id));
    this._suspend = button("act plain", "SUSPEND ...", () => asked.suspend(this._rule));
    this._end = button("act plain", "END ...", () => this._askEnd());
    const buttons = [this._button, this._as, this._suspend, this._end, this._why];
    this._dialog = dialog;
    this.element = make("li", "alarm-row", [this._message.element, ...buttons]);
    this._id = "";
    this._rule = "";
    this._cuff = false;
    this.open = false;
  }

  /**
   * @param {import("./contract.js").OpenAlarm} alarm
   * @param {boolean} explained whether the service keeps why
   */
  draw(alarm, explained) {
    this._id = alarm.id;
    this._rule = alarm.condition;
    this.open = alarm.can_acknowledge && !alarm.superseded;
    mark(this.element, "superseded", alarm.superseded ? "yes" : "");
    // What speaks for it is acted upon; it is heard by itself once that is over.
    const spoken = alarm.superseded;
    this._button.hidden = this._as.hidden = spoken;
    this._button.disabled = !alarm.can_acknowledge;
    this._as.disabled = !alarm.can_acknowledge;
    this._why.hidden = !explained;
    this._suspend.hidden = spoken || !alarm.can_suspend;
    this._end.hidden = spoken || !alarm.can_end;
    this._cuff = alarm.condition.startsWith("BP-");
    this._message.draw([{ ...alarm, ...(spoken ? SUPERSEDED : {}) }]);
  }

  acknowledge() {
    void this._acts.acknowledge(this._id);
  }

  /** No usable data come of it: why, in one more touch. */
  _askEnd() {
    const id = this._id;
    const cuff = this._cuff;
    const choices = (cuff ? ["cuff is off"] : UNUSABLE).map((reason) =>
      button("act", reason, () => {
        this._dialog.close();
        void this._acts.endUnusable(id, reason, cuff);
      }),
    );
    const away = button("act plain", "Cancel", () => this._dialog.close());
    this._dialog.setAttribute("aria-label", "End: data unusable");
    this._dialog.replaceChildren(
      make("h2", "", "End: data unusable"),
      make("p", "", "No usable data come of it. Its rule begins anew with the next; equipment alarms go on."),
      make("div", "choices", [...choices, away]),
    );
    this._dialog.showModal();
  }

  /** What it was or what was done, in one more touch. */
  _ask() {
    const id = this._id;
    const choices = REASONS.map((reason) =>
      button("act", reason, () => {
        this._dialog.close();
        void this._acts.acknowledge(id, reason);
      }),
    );
    const away = button("act plain", "Cancel", () => this._dialog.close());
    this._dialog.setAttribute("aria-label", "Acknowledge as");
    this._dialog.replaceChildren(
      make("h2", "", "Acknowledge as"),
      make("p", "", "On this board only: the bedside monitor goes on by itself."),
      make("div", "choices", [...choices, away]),
    );
    this._dialog.showModal();
  }
}
