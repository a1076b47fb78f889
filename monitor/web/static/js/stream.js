/**
 * The page's view of the stream: what it may show, and whether it may show anything.
 *
 * The page blanks itself by its own clock when heartbeats stop coming, whatever
 * the worker does. It shows again only after a snapshot from a connection opened
 * after the loss. Decides nothing of what values mean.
 */

import { merged, moved } from "./merge.js";

export const SLOW_MS = 2_000;
export const LOST_MS = 5_000;
const GAP_MS = 3_000;
const TICK_MS = 200;
const REOPEN_MS = 5_000;

/** @typedef {"waiting"|"live"|"slow"|"lost"} Health */

/**
 * @typedef {object} Watcher
 * @property {(wall: import("./contract.js").Wall) => void} show a new state of the wall
 * @property {(beat: import("./contract.js").Beat, clock: string) => void} beat
 * @property {(news: import("./contract.js").AlarmNews) => void} alarm
 * @property {(health: Health, silent_ms: number, attempts: number) => void} health each tick
 * @property {() => void} blank take every value off the page, now
 * @property {(from: string, to: string) => void} returned monitoring is back: service time of both
 */

export class Stream {
  /** @param {Watcher} watcher */
  constructor(watcher) {
    this._watcher = watcher;
    /** @type {import("./contract.js").Wall|null} */
    this.wall = null;
    /** @type {Health} */
    this.health = "waiting";
    /** service time of day of the last heartbeat, "" before the first */
    this.contact = "";
    this._generation = 0;
    this._barred = 0;
    this._attempts = 0;
    this._beat_ms = performance.now();
    this._reference_ms = Infinity;
    this._asked_ms = 0;
    this._tick_ms = performance.now();
    this._tick_utc_ms = Date.now();
    this._worker = 0;
    this._port = openWorker(this._receiver());
    this._worker_ms = performance.now();
    setInterval(() => this._tick(), TICK_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this._refresh();
    });
    document.addEventListener("resume", () => this._refresh());
    window.addEventListener("pagehide", () => this._port.postMessage({ kind: "bye" }));
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload();
    });
  }

  /** Milliseconds since the last heartbeat that may be believed. */
  silent_ms() {
    return performance.now() - this._beat_ms;
  }

  /**
   * Takes the messages of one worker until another takes its place.
   * @returns {Receive}
   */
  _receiver() {
    this._worker += 1;
    const worker = this._worker;
    return (message) => {
      if (worker === this._worker) this._receive(message);
    };
  }

  /** @param {{kind: string, generation: number, name: string, data: unknown, attempts: number}} message */
  _receive(message) {
    this._notice_gap();
    this._worker_ms = performance.now();
    if (message.kind === "tick") {
      this._attempts = message.attempts;
      return;
    }
    if (message.generation <= this._barred) return;
    if (message.name === "snapshot") this._snapshot(message.generation, message.data);
    else if (message.generation === this._generation) this._event(message.name, message.data);
  }

  /**
   * @param {number} generation
   * @param {unknown} data
   */
  _snapshot(generation, data) {
    const wall = /** @type {import("./contract.js").Wall} */ (data);
    const was = this.health;
    if (generation !== this._generation) this._reference_ms = Infinity;
    this._generation = generation;
    this.wall = wall;
    this._believe(wall.now_ms);
    this.health = "live";
    if (was === "lost") this._watcher.returned(this.contact, wall.clock);
    this.contact = wall.clock;
    this._watcher.show(wall);
    this._watcher.beat({ now_ms: wall.now_ms, seq: 0 }, wall.clock);
    this._watcher.health(this.health, 0, 0);
  }

  /**
   * @param {string} name
   * @param {unknown} data
   */
  _event(name, data) {
    if (!this.wall) return;
    if (name === "delta") {
      this.wall = merged(this.wall, /** @type {import("./contract.js").Delta} */ (data));
      this._watcher.show(this.wall);
    } else if (name === "alarm") {
      this._watcher.alarm(/** @type {import("./contract.js").AlarmNews} */ (data));
    } else if (name === "hb") {
      this._beat(/** @type {import("./contract.js").Beat} */ (data));
    }
  }

  /** @param {import("./contract.js").Beat} beat */
  _beat(beat) {
    if (!this.wall || !this._believe(beat.now_ms)) return;
    this.contact = moved(this.wall.clock, beat.now_ms - this.wall.now_ms);
    this._watcher.beat(beat, this.contact);
  }

  /**
   * Whether a message is fresh. One that arrives ever later than its own time
   * says sat in a buffer on the way: it is no sign of life.
   * @param {number} service_ms
   */
  _believe(service_ms) {
    const offset = performance.now() - service_ms;
    // 1 ms a heartbeat lets the reference follow two clocks that drift apart.
    this._reference_ms = Math.min(this._reference_ms + 1, offset);
    if (offset - this._reference_ms >= LOST_MS) return false;
    this._beat_ms = performance.now();
    return true;
  }

  _tick() {
    this._notice_gap();
    const silent = this.silent_ms();
    if (silent >= LOST_MS && this.health !== "lost") this._lose();
    else if (this.health === "live" && silent >= SLOW_MS) this.health = "slow";
    else if (this.health === "slow" && silent < SLOW_MS) this.health = "live";
    if (this.health === "lost") this._ask();
    this._watcher.health(this.health, silent, this._attempts);
  }

  /** A page that did not run for a while knows nothing: blank first, then ask. */
  _notice_gap() {
    const now = performance.now();
    const utc = Date.now();
    const gap = Math.max(now - this._tick_ms, Math.abs(utc - this._tick_utc_ms));
    this._tick_ms = now;
    this._tick_utc_ms = utc;
    if (gap > GAP_MS) this._lose();
  }

  _lose() {
    this.health = "lost";
    this._bar();
  }

  /** The page was hidden: show nothing older than now, without crying loss. */
  _refresh() {
    this._notice_gap();
    if (this.health === "lost" || this.health === "waiting") return;
    this.health = "waiting";
    this._bar();
  }

  _bar() {
    this._barred = this._generation;
    this.wall = null;
    this._watcher.blank();
    this._asked_ms = -Infinity;
    this._ask();
  }

  /** Ask for a newer connection; where the worker itself is silent, start another one. */
  _ask() {
    const now = performance.now();
    if (now - this._asked_ms < REOPEN_MS) return;
    this._asked_ms = now;
    if (now - this._worker_ms > 2 * REOPEN_MS) {
      this._worker_ms = now;
      this._generation = this._barred = 0;
      this._port = openOwnWorker(this._receiver());
    }
    this._port.postMessage({ kind: "reopen", after: this._barred });
  }
}

const SCRIPT = "/static/js/stream-worker.js";

/** @typedef {(message: any) => void} Receive */

/**
 * @param {Receive} receive
 * @returns {{postMessage(message: unknown): void}}
 */
function openWorker(receive) {
  if (typeof SharedWorker !== "function") return openOwnWorker(receive);
  const worker = new SharedWorker(SCRIPT, { type: "module", name: "chairside" });
  worker.port.onmessage = (event) => receive(event.data);
  return worker.port;
}

/**
 * @param {Receive} receive
 * @returns {{postMessage(message: unknown): void}}
 */
function openOwnWorker(receive) {
  const worker = new Worker(SCRIPT, { type: "module" });
  worker.onmessage = (event) => receive(event.data);
  return worker;
}
