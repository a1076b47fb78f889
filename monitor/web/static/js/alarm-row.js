/** One open alarm on a chair's page: what it says, and its buttons. */

import { button, make, mark } from "./dom.js";
import { Message } from "./message.js";

/** A more urgent alarm speaks for this one: it is listed, steady and silent. */
const SUPERSEDED = { superseded: false, state: "SUPERSEDED", acknowledged: "superseded" };
/** What a person can say with an acknowledgement, beside having seen the alarm. */
const REASONS = ["probe repositioned", "clinician called", "drug given", "artefact", "expected"];

/** How a person may end an alarm of which no usable data come: what to choose, and what it means. */
const DATA_UNUSABLE = {
  head: "End: data unusable",
  means: "No usable data come of it. Its rule begins anew with the next; equipment alarms go on.",
  choices: ["probe cannot be kept on", "patient is away from the monitor", "watched by hand"],
  off: {},
};
const CUFF_OFF = { ...DATA_UNUSABLE, choices: ["cuff is off"], off: { cuff_off: true } };
const ECG_OFF = {
  head: "End: ECG taken off",
  means: "The ECG is expected again once it has been there for half a minute; the pulse is watched on.",
  choices: ["electrodes are off on purpose"],
  off: { electrodes_off: true },
};

/** @param {string} condition of an alarm that a person may end */
function wayOut(condition) {
  if (condition === "T-STALE") return ECG_OFF;
  return condition.startsWith("BP-") ? CUFF_OFF : DATA_UNUSABLE;
}

export class AlarmRow {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {{why: (alarm: string) => void, suspend: (rule: string, says: string) => void}} asked
   *   why there is this alarm; for its rule to make no sound for a while
   * @param {HTMLDialogElement} dialog of the page: in a row it would go when the row moves
   */
  constructor(acts, asked, dialog) {
    this._acts = acts;
    this._message = new Message();
    this._button = button("act", "ACKNOWLEDGE", () => this.acknowledge());
    this._as = button("act", "SEEN AS ...", () => this._ask());
    this._why = button("act plain", "WHY", () => asked.why(this._id));
    this._suspend = button("act plain", "SUSPEND ...", () => asked.suspend(this._rule, this._says));
    this._end = button("act plain", "END ...", () => this._askEnd());
    const buttons = [this._button, this._as, this._suspend, this._end, this._why];
    this._dialog = dialog;
    this.element = make("li", "alarm-row", [this._message.element, ...buttons]);
    this._id = "";
    this._rule = this._says = "";
    this._way = DATA_UNUSABLE;
    this.open = false;
  }

  /**
   * @param {import("./contract.js").OpenAlarm} alarm
   * @param {boolean} explained whether the service keeps why
   */
  draw(alarm, explained) {
    this._id = alarm.id;
    this._rule = alarm.condition;
    this._says = `${alarm.marks} ${alarm.text}`;
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
    this._way = wayOut(alarm.condition);
    this._message.draw([{ ...alarm, ...(spoken ? SUPERSEDED : {}) }]);
  }

  acknowledge() {
    void this._acts.acknowledge(this._id);
  }

  /** No usable data come of it: why, in one more touch. */
  _askEnd() {
    const id = this._id;
    const { head, means, choices, off } = this._way;
    this._choose(head, means, choices, (reason) => this._acts.endUnusable(id, reason, off));
  }

  /** What it was or what was done, in one more touch. */
  _ask() {
    const id = this._id;
    const means = "On this board only: the bedside monitor goes on by itself.";
    this._choose("Acknowledge as", means, REASONS, (reason) => this._acts.acknowledge(id, reason));
  }

  /**
   * Of which alarm it is asked stands in it: the row may move, and others may come, meanwhile.
   * @param {string} head
   * @param {string} means what the act is and what it is not
   * @param {string[]} reasons each a button
   * @param {(reason: string) => Promise<unknown>} act
   */
  _choose(head, means, reasons, act) {
    const choices = reasons.map((reason) =>
      button("act", reason, () => {
        this._dialog.close();
        void act(reason);
      }),
    );
    const away = button("act plain", "Cancel", () => this._dialog.close());
    this._dialog.setAttribute("aria-label", head);
    this._dialog.replaceChildren(
      make("h2", "", head),
      make("p", "asked-alarm", this._says),
      make("p", "", means),
      make("div", "choices", [...choices, away]),
    );
    this._dialog.showModal();
  }
}
