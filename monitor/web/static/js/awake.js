/**
 * Keeps the screen of this display on, and knows when the browser refuses.
 *
 * The lock goes whenever the page is hidden and may be taken for a low battery:
 * it is asked for again when the page is seen, at the next touch and each minute.
 * Only a secure context has it (HTTPS, or this computer itself).
 */

const AGAIN_MS = 60_000;

export class Awake {
  /** @param {(awake: boolean) => void} told whether the screen stays on, after each asking */
  constructor(told) {
    this._told = told;
    /** @type {WakeLockSentinel|null} */
    this._lock = null;
    this._asking = false;
    document.addEventListener("visibilitychange", () => void this.ask());
    document.addEventListener("pointerdown", () => void this.ask(), { capture: true });
    setInterval(() => void this.ask(), AGAIN_MS);
    void this.ask();
  }

  /** Ask for the lock unless it is there, or nobody can see the page. */
  async ask() {
    const held = this._lock && !this._lock.released;
    if (held || this._asking || document.visibilityState !== "visible") return;
    this._asking = true;
    try {
      this._lock = await navigator.wakeLock.request("screen");
      this._lock.addEventListener("release", () => void this.ask());
      this._told(true);
    } catch {
      this._told(false);
    } finally {
      this._asking = false;
    }
  }
}
