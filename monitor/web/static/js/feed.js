/** What the service says of a chair's session, asked again while somebody looks. */

import { Refused, read } from "./server.js";

const ASKED_EVERY_MS = 5_000;

/**
 * One question for every part of a page that shows its answer.
 * @template T
 */
export class SessionFeed {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {() => boolean} signedIn
   * @param {string} what the last part of the address
   * @param {string} [hint] said to somebody who is not signed in
   */
  constructor(acts, signedIn, what, hint = "Sign in to see and enter") {
    this.acts = acts;
    this.session = "";
    this._signedIn = signedIn;
    this._what = what;
    this._hint = hint;
    this._asked_ms = 0;
    this._stands = "";
    /** @type {((told: T|null, why: string) => void)[]} */
    this._listeners = [];
  }

  /** @param {(told: T|null, why: string) => void} listener null: nothing is known, and why */
  listen(listener) {
    this._listeners.push(listener);
  }

  /**
   * @param {import("./contract.js").Tile} tile
   * @param {string} [session] of which it is asked; "" for none
   */
  draw(tile, session = tile.session?.id ?? "") {
    const stands = [session, tile.state, tile.halted, this._signedIn()].join();
    if (stands !== this._stands) {
      this._stands = stands;
      if (session !== this.session) this._tell(null, "");
      this.session = session;
      this._asked_ms = 0;
    }
    if (!session) return;
    if (!this._signedIn()) this._tell(null, this._hint);
    else if (Date.now() - this._asked_ms > ASKED_EVERY_MS) void this.ask();
  }

  /** Nothing is known any more, and nothing old is shown. */
  blank() {
    this._stands = "";
    this._tell(null, "");
  }

  /** @param {string} what the last part of an address of the session */
  path(what) {
    return `/api/sessions/${encodeURIComponent(this.session)}/${what}`;
  }

  /**
   * Tell the service what somebody did, and show what follows from it.
   * @param {string} what the last part of its address
   * @param {import("./server.js").Act} act
   */
  async keep(what, act) {
    const done = await this.acts.keep(this.path(what), act);
    if (done) await this.ask();
    return done;
  }

  async ask() {
    this._asked_ms = Date.now();
    const session = this.session;
    try {
      const told = /** @type {T} */ (await read(this.path(this._what)));
      if (session === this.session) this._tell(told, "");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (session === this.session) this._tell(null, error.message);
    }
  }

  /**
   * @param {T|null} told
   * @param {string} why
   */
  _tell(told, why) {
    for (const listener of this._listeners) listener(told, why);
  }
}
