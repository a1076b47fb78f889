/** What a nurse does on a page: acknowledge, take sound away, seat a patient, enter a phase. */

import { byId, write } from "./dom.js";
import { Refused, tell } from "./server.js";

const SAID_MS = 8_000;
const SIGNED_OUT = 401;

export class Acts {
  /** @param {import("./people.js").People} people */
  constructor(people) {
    this._people = people;
    this._said = byId("said");
    this._timer = 0;
  }

  /**
   * @param {string} alarm id of the alarm that a person has seen
   * @param {string} [reason] what it was or what was done, in one of the service's words
   */
  acknowledge(alarm, reason = "seen") {
    return this._do("/api/alarms/acknowledge", { alarm, reason });
  }

  /**
   * @param {string} alarm of which no usable data come, and which a person ends
   * @param {string} reason
   * @param {{cuff_off?: boolean, electrodes_off?: boolean}} off of a cuff's alarm, that the cuff
   *   is off; of a silent ECG's, that the electrodes are, on purpose
   */
  endUnusable(alarm, reason, off) {
    return this._do("/api/alarms/end-unusable", { alarm, reason, ...off });
  }

  /** @param {string} chair somebody is on the way to it; every display says so */
  going(chair) {
    return this._do(`/api/chairs/${encodeURIComponent(chair)}/going`, {});
  }

  /** @param {string} chair its sound pauses for two minutes */
  pause(chair) {
    return this._do(`/api/chairs/${encodeURIComponent(chair)}/audio-pause`, {});
  }

  /**
   * @param {string} chair "" for a rule about the whole clinic
   * @param {string} rule makes no sound there
   * @param {number} minutes
   * @param {string} reason
   */
  suspend(chair, rule, minutes, reason) {
    return this._do(`${placeOf(chair)}/suspend`, { rule, minutes, reason });
  }

  /**
   * @param {string} chair "" for a rule about the whole clinic
   * @param {string} rule sounds again
   */
  endSuspension(chair, rule) {
    return this._do(`${placeOf(chair)}/end-suspension`, { rule });
  }

  /** @param {string} chair its equipment makes no sound for ten minutes */
  standBy(chair) {
    return this._do(`/api/chairs/${encodeURIComponent(chair)}/standby`, {});
  }

  /** @param {string} chair the patient is back */
  endStandby(chair) {
    return this._do(`/api/chairs/${encodeURIComponent(chair)}/end-standby`, {});
  }

  /**
   * @param {string} chair
   * @param {string} session
   * @param {Record<string, number|null>} changes by key; null gives one back to the preset
   */
  async setLimits(chair, session, changes) {
    if (!(await this.proven())) return false;
    return this._do(`/api/chairs/${encodeURIComponent(chair)}/limits`, { session, changes });
  }

  /**
   * What the last half hour would have been under these limits; null for nobody signed in.
   * @param {string} chair
   * @param {string} session
   * @param {Record<string, number|null>} changes
   * @returns {Promise<import("./contract.js").Foreseen|null>}
   */
  async foresee(chair, session, changes) {
    if (!(await this._people.ready())) return null;
    const path = `/api/chairs/${encodeURIComponent(chair)}/limits/foresee`;
    return tell(path, { session, changes });
  }

  /**
   * @param {string} chair
   * @param {string} patient_ref a pseudonym, never a name
   * @param {number} planned_minutes
   */
  seat(chair, patient_ref, planned_minutes) {
    const path = `/api/chairs/${encodeURIComponent(chair)}/seat`;
    return this._do(path, { patient_ref, planned_minutes });
  }

  /**
   * @param {string} session
   * @param {string} phase
   */
  enter(session, phase) {
    return this._do(`/api/sessions/${encodeURIComponent(session)}/phase`, { phase });
  }

  /**
   * @param {string} session the patient leaves
   * @param {{cuff: string, probe: string, reason: string, override: string}} said
   */
  close(session, said) {
    return this.tried(`/api/sessions/${encodeURIComponent(session)}/close`, said);
  }

  /** @param {string} chair nothing of who left it is on any more */
  turnOver(chair) {
    const path = `/api/chairs/${encodeURIComponent(chair)}/turn-over`;
    return this._do(path, { cuff: "off", probe: "off" });
  }

  /**
   * @param {string} session
   * @param {string} item PADSS or Aldrete
   * @param {Record<string, number>} parts each item of it
   */
  score(session, item, parts) {
    return this.tried(`/api/sessions/${encodeURIComponent(session)}/score`, { item, parts });
  }

  /**
   * @param {string} session
   * @param {import("./server.js").Act} said sitter, points of advice, next session
   */
  handOver(session, said) {
    return this.tried(`/api/sessions/${encodeURIComponent(session)}/hand-over`, said);
  }

  /**
   * @param {string} session
   * @param {string} item
   * @param {string|number} value what a person sees at the chair
   * @param {string} person a sitter's name, else ""
   */
  observe(session, item, value, person) {
    const path = `/api/sessions/${encodeURIComponent(session)}/observed`;
    return this._do(path, { item, value, person });
  }

  /**
   * @param {string} session
   * @param {Record<string, number>} values by vital sign
   * @param {string} reason
   */
  stateBaseline(session, values, reason) {
    const path = `/api/sessions/${encodeURIComponent(session)}/baseline`;
    return this._do(path, { values, reason });
  }

  /**
   * @param {string} session
   * @param {string} reason
   */
  waiveBaseline(session, reason) {
    return this._do(`/api/sessions/${encodeURIComponent(session)}/baseline/waive`, { reason });
  }

  /**
   * Any act of a person, by its path.
   * @param {string} path
   * @param {import("./server.js").Act} act
   * @returns {Promise<boolean>} whether the service took and kept it
   */
  keep(path, act) {
    return this._do(path, act);
  }

  /** Make sure that somebody is signed in; false when they turn away. */
  ready() {
    return this._people.ready();
  }

  /** The same by password, for what a PIN is not enough for. */
  async proven() {
    const proven = await this._people.proven();
    if (!proven) this.say("Not done: this takes a password");
    return proven;
  }

  /** @param {string} display the one that sounds from now on */
  chooseSpeaker(display) {
    return this._do("/api/sound/owner", { display });
  }

  /**
   * @param {string} display
   * @param {boolean} heard whether every sound of the test was
   */
  soundTested(display, heard) {
    return this._do("/api/sound/test", { display, heard });
  }

  /**
   * Say one sentence for a while at the foot of the page, or of the dialog that lies over it.
   * @param {string} text
   */
  say(text) {
    if (text) {
      const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
      if (this._said.parentElement !== place) place.append(this._said);
    }
    write(this._said, text);
    this._said.hidden = !text;
    window.clearTimeout(this._timer);
    if (text) this._timer = window.setTimeout(() => this.say(""), SAID_MS);
  }

  /**
   * @param {string} path
   * @param {import("./server.js").Act} act
   * @returns {Promise<boolean>} whether the service took and kept it
   */
  async _do(path, act) {
    const why = await this.tried(path, act);
    if (why) this.say(why);
    return !why;
  }

  /**
   * Try it, for a dialog that says itself why it was not done.
   * @param {string} path
   * @param {import("./server.js").Act} act
   * @returns {Promise<string>} why the service did not take it; "" when it did
   */
  async tried(path, act) {
    if (!(await this._people.ready())) return "Not done: nobody is signed in";
    try {
      await this._tell(path, act);
      return "";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return `Not done: ${error.message}`;
    } finally {
      void this._people.ask();
    }
  }

  /**
   * An act whose answer is shown; null, with a word at the foot of the page, when it was refused.
   * @param {string} path
   * @param {import("./server.js").Act} act
   * @returns {Promise<any>}
   */
  async answered(path, act) {
    if (!(await this._people.ready())) return null;
    try {
      return await this._tell(path, act);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.say(`Not done: ${error.message}`);
      return null;
    } finally {
      void this._people.ask();
    }
  }

  /**
   * Whose sign-in has ended meanwhile is asked once more, and then it is done.
   * @param {string} path
   * @param {import("./server.js").Act} act
   */
  async _tell(path, act) {
    try {
      return await tell(path, act);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== SIGNED_OUT) throw error;
      await this._people.ask();
      if (!(await this._people.ready())) throw error;
      return tell(path, act);
    }
  }
}

/** @param {string} chair "" for the whole clinic */
function placeOf(chair) {
  return chair ? `/api/chairs/${encodeURIComponent(chair)}` : "/api/clinic";
}
