/** The head of every page: whose clinic, what time the service says, what it says of itself. */

import { byId, mark, write, writeEach } from "./dom.js";
import { ServiceStatus } from "./service-status.js";

const SOUND_TEXTS = {
  on: "SOUND ON",
  spare: "SOUND AT",
  locked: "SOUND OFF - TAP TO TURN ON",
  elsewhere: "SOUND IN ANOTHER TAB",
  none: "NO SOUND IN THIS BROWSER",
};

/** @type {import("./contract.js").StatusLine} */
const SLEEPY = {
  level: "warn",
  brief: "SCREEN MAY SLEEP",
  text: "SCREEN MAY SLEEP: touch this page, or turn the screen saver of this display off",
};

export class Header {
  constructor() {
    this._clinic = byId("clinic");
    this._clock = byId("clock");
    this._hand = byId("hand");
    this._counts = byId("counts");
    this._status = new ServiceStatus();
    this._mode = byId("mode");
    this._sound = byId("sound");
    /** @type {import("./contract.js").StatusLine[]} */
    this._lines = [];
    this._awake = true;
    this._tested = byId("sound-tested");
    this._speaker = "";
    /** @type {import("./sound.js").SoundState} */
    this._state = "locked";
  }

  /** @param {import("./sound-desk.js").SoundDesk} desk what the two buttons of the sound do */
  lead(desk) {
    this._sound.addEventListener("click", () => void desk.press());
    byId("sound-test").addEventListener("click", () => desk.test(this._tested.title));
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    write(this._clinic, wall.clinic);
    this._clinic.title = wall.clinic;
    writeEach(this._counts, wall.counts.split("  "));
    mark(document.body, "mode", wall.mode);
    const simulated = wall.mode === "real" ? "" : `${wall.mode.toUpperCase()} - SIMULATED VALUES`;
    write(this._mode, simulated);
    this._drawStatus(wall.status);
    this._drawSpeaker(wall.speaker);
  }

  /** @param {import("./contract.js").Speaker} speaker */
  _drawSpeaker(speaker) {
    this._speaker = speaker.name;
    this.drawSound(this._state);
    this._sound.title = speaker.backup ? `backup: ${speaker.backup}` : "no other display can sound";
    write(this._tested, speaker.tested);
    this._tested.title = [speaker.tested, speaker.remedy].filter(Boolean).join(": ");
    const well = speaker.tested_today ? "yes" : "no";
    mark(this._tested, "today", speaker.unheard ? "unheard" : well);
  }

  /**
   * The second hand moves by the service's heartbeats alone: a still hand is a dead service.
   * @param {number} now_ms
   * @param {string} clock
   */
  beat(now_ms, clock) {
    write(this._clock, clock);
    const second = Math.floor(now_ms / 1_000) % 60;
    this._hand.style.transform = `rotate(${second * 6}deg)`;
    mark(this._hand, "second", String(second));
  }

  /** @param {import("./sound.js").SoundState} state */
  drawSound(state) {
    this._state = state;
    const where = state === "spare" ? ` ${this._speaker}` : "";
    write(this._sound, SOUND_TEXTS[state] + where);
    mark(this._sound, "state", state);
  }

  /** Nothing of the past stays. */
  blank() {
    writeEach(this._counts, []);
    this._drawStatus([]);
  }

  /**
   * What this display knows of itself alone stands beside what the service says of itself.
   * @param {boolean} awake whether the browser keeps its screen on
   */
  drawAwake(awake) {
    this._awake = awake;
    this._drawStatus(this._lines);
  }

  /** @param {import("./contract.js").StatusLine[]} lines */
  _drawStatus(lines) {
    this._lines = lines;
    this._status.draw(this._awake ? lines : [...lines, SLEEPY]);
  }
}
