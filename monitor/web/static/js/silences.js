/** What makes no sound at a chair, and for how long: told, ended, begun. */

import { button, make, mark, write } from "./dom.js";

/** For how long a rule can be suspended in one touch. */
const MINUTES = [5, 10, 30];
/** Why a person takes the sound of a rule away. */
const REASONS = ["expected with the drug", "known of this patient", "artefact"];
const REASONS_OF_CLINIC = ["somebody is at it", "stopped on purpose", "known, seen to later"];

/**
 * What is silenced or limited otherwise at a chair, each in as few words as fit on a tile.
 * @param {import("./contract.js").Tile} tile
 * @param {string} limits what stands for limits of this session alone
 * @param {string} paused what stands for its sound being paused
 */
export function silenced(tile, limits = "LIM*", paused = "PAUSED") {
  const rules = tile.suspended.length;
  return [
    tile.audio_paused ? `${paused} ${tile.audio_paused}` : "",
    tile.standby ? `STANDBY ${tile.standby}` : "",
    rules ? `${rules} SUSPENDED ${tile.suspended[0]?.left ?? ""}` : "",
    tile.session?.limits_set.length ? limits : "",
  ].filter(Boolean);
}

export class SilenceCard {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair
   */
  constructor(acts, chair) {
    this._acts = acts;
    this._chair = chair;
    this._rules = make("ul", "suspended");
    this._standby = button("act", "", () => this._toggle());
    this.element = make("section", "card silences", [
      make("h3", "", "Silent for a while"),
      this._rules,
      this._standby,
    ]);
    this._standing = false;
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this._standing = tile.standby !== "";
    const may = tile.session !== null && tile.session.phase !== "INFUSION";
    this.element.hidden = !may && tile.suspended.length === 0;
    this._standby.hidden = !may;
    write(this._standby, this._standing ? `END STANDBY ${tile.standby}` : "STANDBY 10:00");
    this._drawRules(tile);
  }

  /** @param {import("./contract.js").Tile} tile */
  _drawRules({ suspended, alarms }) {
    const wanted = suspended.map((one) => one.rule).join();
    if (this._rules.dataset.holds !== wanted) {
      mark(this._rules, "holds", wanted);
      this._rules.replaceChildren(...suspended.map((one) => this._line(one.rule)));
    }
    suspended.forEach((one, at) => {
      const left = this._rules.children[at]?.querySelector(".left");
      const says = alarms.find((alarm) => alarm.condition === one.rule)?.text.split(": ")[0];
      const what = says ? `${says} (${one.rule})` : one.rule;
      if (left) write(left, `${what} suspended ${one.left}`);
    });
  }

  /** @param {string} rule */
  _line(rule) {
    const again = button("act", "SOUND AGAIN", () => {
      void this._acts.endSuspension(this._chair, rule);
    });
    again.setAttribute("aria-label", `${rule}: sound again`);
    return make("li", "", [make("span", "left"), again]);
  }

  _toggle() {
    void (this._standing ? this._acts.endStandby(this._chair) : this._acts.standBy(this._chair));
  }
}

export class SuspendDialog {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair "" for the whole clinic
   */
  constructor(acts, chair) {
    this._acts = acts;
    this._chair = chair;
    this._reasons = chair ? REASONS : REASONS_OF_CLINIC;
    this._said = `No sound of this rule ${chair ? "at this chair" : "in the clinic"}.`;
    this.element = make("dialog", "suspend");
  }

  /**
   * Take a rule's sound away: for how long, and why.
   * @param {string} rule
   * @param {string} says what its alarm says, in plain words
   */
  ask(rule, says) {
    this.element.setAttribute("aria-label", `Suspend ${rule}`);
    const minutes = MINUTES.map((count) => {
      const choice = make("input");
      choice.type = "radio";
      choice.name = "minutes";
      choice.value = String(count);
      choice.checked = count === MINUTES[0];
      return make("label", "", [choice, ` ${count} min`]);
    });
    const reasons = this._reasons.map((reason) => button("act", reason, () => this._do(rule, reason)));
    const away = button("act plain", "Cancel", () => this.element.close());
    this.element.replaceChildren(
      make("h2", "", `Suspend ${rule}`),
      make("p", "asked-alarm", says),
      make("p", "", `${this._said} It is judged and shown all the same.`),
      make("div", "minutes", minutes),
      make("div", "choices", [...reasons, away]),
    );
    this.element.showModal();
  }

  /**
   * @param {string} rule
   * @param {string} reason
   */
  _do(rule, reason) {
    const chosen = this.element.querySelector("input:checked");
    const minutes = chosen instanceof HTMLInputElement ? Number(chosen.value) : 0;
    this.element.close();
    void this._acts.suspend(this._chair, rule, minutes, reason);
  }
}
