/**
 * Which display this browser is: an id of its own, a name, and what it tells the service.
 *
 * A kiosk is opened once with `/?display=wall` and keeps that name. The report is
 * driven by the service's heartbeats: a page that does not hear the service any
 * more falls silent there too, and the backup sounds.
 */

import { tell } from "./server.js";

const ID = "chairside.display";
const NAME = "chairside.display-name";
const BEATS = 2;
const NAME_LENGTH_MAX = 40;

export class Here {
  /** @param {import("./sound.js").Sounder} sounder */
  constructor(sounder) {
    this._sounder = sounder;
    this.id = kept(ID, () => [...crypto.getRandomValues(new Uint32Array(3))].join("-"));
    const asked = new URLSearchParams(window.location.search).get("display")?.trim();
    if (asked) localStorage.setItem(NAME, asked.slice(0, NAME_LENGTH_MAX));
    this.name = localStorage.getItem(NAME) || `display ${this.id.slice(-4)}`;
    this._beats = 0;
    this._title = document.title;
    document.addEventListener("visibilitychange", () => this._turned());
  }

  /** Hidden or seen again: told at once, and on the page's tab while another lies before it. */
  _turned() {
    document.title = hidden() ? `HIDDEN - ${this._title}` : this._title;
    this.report();
  }

  /** The service was heard: every second time it hears of us. */
  beat() {
    this._beats += 1;
    if (this._beats % BEATS === 1) this.report();
  }

  /** Tell the service now; of several tabs only the one that would sound speaks for them. */
  report() {
    const { state } = this._sounder;
    if (state === "elsewhere") return;
    const enabled = state === "on" || state === "spare";
    const said = { display: this.id, name: this.name, enabled, hidden: hidden() };
    const told = tell("/api/sound/here", said);
    // Unheard, it is taken for silent; the next heartbeat tries again.
    told.catch(() => {});
  }
}

function hidden() {
  return document.visibilityState === "hidden";
}

/**
 * @param {string} key
 * @param {() => string} make
 */
function kept(key, make) {
  const known = localStorage.getItem(key) ?? make();
  localStorage.setItem(key, known);
  return known;
}
