/**
 * The alarm sound of this page: one burst for the highest priority the service asks for.
 *
 * Higher replaces lower at once, bursts never overlap, and a page that could
 * not sound says so until it can. The loss sound is always armed a few seconds
 * ahead in the audio thread and put off by each heartbeat, so it sounds even
 * when this script hangs. Each burst is told as a `chairside:sound` event.
 */

import { BURSTS, LEAD_IN_S, least_s, length_s, lossPeriod, schedule } from "./burst.js";

const CHECK_MS = 250;
const RECHECK_MS = 5_000;
const LOSS_AFTER_S = 5.25;
const AHEAD_S = 0.5;
const REMINDER_S = 120;

/**
 * `spare`: this page may sound and another display of the clinic does; it still
 * sounds the loss of monitoring.
 * @typedef {"on"|"spare"|"locked"|"elsewhere"|"none"} SoundState
 */

export class Sounder {
  /** @param {() => void} told called when `state` has changed */
  constructor(told) {
    this._told = told;
    /** @type {import("./contract.js").Priority} */
    this._wanted = "";
    this._remind = false;
    this._remind_s = 0;
    /** @type {GainNode|null} */
    this._burst = null;
    this._kept_until_s = 0;
    this._lost = false;
    this._next_s = 0;
    /** @type {AudioBufferSourceNode|null} */
    this._loss = null;
    this._owner = false;
    this._speaks = true;
    /** @type {SoundState} */
    this.state = "locked";
    this._context = openContext();
    /** @type {AudioBuffer|null} */
    this._loss_period = this._context ? lossPeriod(this._context) : null;
    this._context?.addEventListener("statechange", () => this.check());
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => this.unlock(), { capture: true });
    }
    own(() => this._own());
    setInterval(() => this.check(), CHECK_MS);
    setInterval(() => this.unlock(), RECHECK_MS);
    this.check();
  }

  /** Ask the browser to let this page sound; it needs a touch, a key or a kiosk setting. */
  unlock() {
    if (this._context?.state !== "running") {
      this._context?.resume().catch(() => this.check());
    }
    this.check();
  }

  /**
   * What should sound from now on.
   * @param {import("./contract.js").Priority} priority the highest of the room, "" for silence
   * @param {{finish: boolean, remind: boolean}} how `finish`: the condition ended by itself, so a
   *   burst begun is completed; `remind`: one LOW pulse each 120 s where nothing else sounds
   */
  want(priority, how) {
    const quiet = priority === "" && this._wanted !== "";
    if (how.remind && (quiet || !this._remind)) this._remind_s = this._now() + REMINDER_S;
    this._remind = how.remind;
    if (priority === this._wanted) return;
    const higher = rank(priority) > rank(this._wanted);
    this._wanted = priority;
    if (higher) this.restart();
    else this._lower(how.finish);
  }

  /**
   * Is this the display that sounds? Until the service names another one, it is.
   * @param {boolean} speaks
   */
  speak(speaks) {
    if (speaks === this._speaks) return;
    this._speaks = speaks;
    if (!speaks) this._cut();
    this.check();
  }

  /** Begin the burst of the wanted priority anew: a new alarm came. */
  restart() {
    this._cut();
    this._next_s = this._now() + LEAD_IN_S;
    this.check();
  }

  /** The service is alive: put the loss sound off by another few seconds. */
  beat() {
    this._lost = false;
    this._arm(LOSS_AFTER_S);
  }

  /** Monitoring is lost: alarms of the past fall silent, the loss sound begins where it has not. */
  lose() {
    this._wanted = "";
    this._cut();
    this._lost = true;
    if (!this._loss) this._arm(LEAD_IN_S);
  }

  /** Play all three priorities once, lowest first. Returns how long that takes, in seconds. */
  test() {
    this.unlock();
    let at_s = this._now() + LEAD_IN_S;
    const from_s = at_s;
    for (const priority of /** @type {const} */ (["LOW", "MEDIUM", "HIGH"])) {
      if (this._context) schedule(this._context, BURSTS[priority], at_s);
      at_s += length_s(BURSTS[priority]) + 1;
    }
    return at_s - from_s;
  }

  /** Look at the clocks and begin the next burst when it is due. */
  check() {
    const state = this._present();
    if (state !== this.state) {
      this.state = state;
      this._told();
      if (state === "on" || state === "spare") this._wake();
    }
    if (state !== "on" || !this._context) return;
    if (!this._wanted) {
      this._reminder();
      return;
    }
    // A burst whose time passed while the page could not sound is not made up for.
    const due_s = Math.max(this._next_s, this._now() + AHEAD_S / 10);
    if (due_s - this._now() > AHEAD_S) return;
    this._play(this._wanted, due_s);
  }

  /** What latched waits to be seen: one LOW pulse when its time has come. */
  _reminder() {
    if (!this._remind || this._now() < this._remind_s) return;
    this._remind_s = this._now() + REMINDER_S;
    this._play("LOW", this._now() + LEAD_IN_S);
  }

  /**
   * @param {"HIGH"|"MEDIUM"|"LOW"} priority
   * @param {number} start_s
   */
  _play(priority, start_s) {
    if (!this._context) return;
    this._cut();
    const burst = BURSTS[priority];
    this._burst = schedule(this._context, burst, start_s);
    this._kept_until_s = start_s + least_s(burst);
    this._next_s = start_s + length_s(burst) + burst.gap_s;
    this._tell(priority, burst.starts_s.map((pulse_s) => start_s + pulse_s));
  }

  /** @returns {SoundState} */
  _present() {
    if (!this._context) return "none";
    if (this._context.state !== "running") return "locked";
    if (!this._owner) return "elsewhere";
    return this._speaks ? "on" : "spare";
  }

  /** This page has become the one of its browser that sounds. */
  _own() {
    this._owner = true;
    this._wake();
  }

  /** The page can sound from now on: what should sound begins now, nothing past is made up for. */
  _wake() {
    this._arm(this._lost ? LEAD_IN_S : LOSS_AFTER_S);
    this.restart();
  }

  /**
   * A lower priority or silence. An ended condition lets a burst begun come to
   * its least length; an act of a person stops it at once.
   * @param {boolean} finish
   */
  _lower(finish) {
    const keep = finish && this._burst && this._kept_until_s > this._now();
    if (keep) this._burst?.gain.setValueAtTime(0, this._kept_until_s);
    else this._cut();
    this._next_s = (keep ? this._kept_until_s : this._now()) + LEAD_IN_S;
    this.check();
  }

  /** @param {number} after_s the loss sound begins that much later unless it is put off */
  _arm(after_s) {
    this._disarm();
    if (!this._context || !this._loss_period || !this._owner) return;
    const start_s = this._now() + after_s;
    this._loss = this._context.createBufferSource();
    this._loss.buffer = this._loss_period;
    this._loss.loop = true;
    this._loss.connect(this._context.destination);
    this._loss.start(start_s);
    this._tell("LOSS", [start_s]);
  }

  _cut() {
    this._burst?.disconnect();
    this._burst = null;
  }

  _disarm() {
    this._loss?.stop();
    this._loss?.disconnect();
    this._loss = null;
  }

  _now() {
    return this._context?.currentTime ?? 0;
  }

  /**
   * @param {string} priority
   * @param {number[]} starts_s in the time of the audio context
   */
  _tell(priority, starts_s) {
    const detail = { priority, starts_s, context_s: this._now() };
    document.dispatchEvent(new CustomEvent("chairside:sound", { detail }));
  }
}

/** @param {import("./contract.js").Priority} priority */
function rank(priority) {
  return ["", "LOW", "MEDIUM", "HIGH"].indexOf(priority);
}

/** @returns {AudioContext|null} */
function openContext() {
  return typeof AudioContext === "function" ? new AudioContext() : null;
}

/**
 * Become the sounding page of this browser when the one before is gone: two
 * pages sounding beside one another destroy the rhythm that tells the priority.
 * @param {() => void} become
 */
function own(become) {
  if (!navigator.locks) {
    become();
    return;
  }
  void navigator.locks.request("chairside-sound", () => {
    become();
    return new Promise(() => {});
  });
}
