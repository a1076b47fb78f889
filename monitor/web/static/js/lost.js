/**
 * The screens of lost monitoring: the full-screen hatch, the amber bar, the strip afterwards.
 *
 * The dead-man overlay is an endless animation that shows MONITORING LOST by
 * itself unless each heartbeat winds it back, so a page whose script hangs, or
 * never came, still turns.
 */

import { byId, mark, write } from "./dom.js";

const RETURNED_SHOWN_MS = 10_000;

export class LostScreen {
  constructor() {
    this._screen = byId("lost");
    this._duration = byId("lost-duration");
    this._detail = byId("lost-detail");
    this._spoken = byId("lost-spoken");
    this._deadman = byId("deadman");
    this._notice = byId("link-notice");
    this._returned_ms = -Infinity;
    this._returned = "";
  }

  /** Wind the dead-man overlay back. */
  beat() {
    for (const animation of this._deadman.getAnimations()) animation.currentTime = 0;
  }

  /**
   * @param {import("./stream.js").Health} health
   * @param {number} silent_ms
   * @param {number} attempts
   * @param {string} contact service time of the last heartbeat
   */
  draw(health, silent_ms, attempts, contact) {
    mark(document.body, "link", health);
    const lost = health === "lost";
    if (this._screen.hidden === lost) {
      this._screen.hidden = !lost;
      write(this._spoken, lost ? "Monitoring lost. Watch the bedside monitors." : "");
    }
    if (lost) {
      // Its own screen says more than the overlay, as long as this script runs.
      this.beat();
      write(this._duration, minutes(silent_ms));
      const last = contact ? `NOT LIVE since ${contact}` : "no contact yet";
      const server = window.location.host;
      write(this._detail, `${last}  ·  attempt ${attempts} to reach ${server}`);
    }
    this._drawNotice(health, silent_ms);
  }

  /**
   * Monitoring is back: say for 10 s what was missed.
   * @param {string} from
   * @param {string} to
   */
  returned(from, to) {
    if (!from) return;
    this._returned = `was lost ${from}-${to}`;
    this._returned_ms = performance.now();
  }

  /**
   * @param {import("./stream.js").Health} health
   * @param {number} silent_ms
   */
  _drawNotice(health, silent_ms) {
    const back = performance.now() - this._returned_ms < RETURNED_SHOWN_MS;
    const slow = `connection slow ${Math.floor(silent_ms / 1_000)} s`;
    write(this._notice, health === "slow" ? slow : back ? this._returned : "");
    mark(this._notice, "kind", health === "slow" ? "slow" : back ? "returned" : "");
  }
}

/**
 * @param {number} ms
 * @returns {string} "00:07"; hours are counted in minutes
 */
function minutes(ms) {
  const seconds = Math.floor(ms / 1_000);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
