/** Who acts at this page: asked of the service, shown in the header, asked for when needed. */

import { byId, mark, write } from "./dom.js";
import { Refused, read, tell } from "./server.js";
import { SignInDialog } from "./sign-in.js";

const SIGNED_OUT_MS = 250;
/** What is known before the service has answered. */
const NOBODY = /** @type {import("./contract.js").Who} */ ({
  person: null,
  method: null,
  left_s: 0,
  may: [],
  display: null,
  pin_is_enough: false,
  staff: [],
  published_pin: "",
});

export class People {
  /** @param {() => void} changed called when somebody came or went */
  constructor(changed) {
    this._changed = changed;
    this._button = byId("person");
    this._timer = 0;
    this._who = NOBODY;
    this._dialog = new SignInDialog({
      signIn: (person, method, secret) => this._tell("/api/sign-in", { person, method, secret }),
      signOut: () => this._tell("/api/sign-out", {}),
      enrol: (name) => this._tell("/api/displays", { name }),
    });
    this._button.addEventListener("click", () => void this._open());
    void this.ask();
  }

  /** The id of the enrolled display this page is on; "" on any other. */
  get display() {
    return this._who.display?.id ?? "";
  }

  /**
   * Make sure that somebody is signed in; asks when nobody is. False when they turn away.
   * @returns {Promise<boolean>}
   */
  async ready() {
    if (this._who.person) return true;
    await this._open();
    return Boolean(this._who.person);
  }

  /**
   * Make sure that who is signed in gave their password; asks for it. False when they turn away.
   * @returns {Promise<boolean>}
   */
  async proven() {
    if (!this._proven) {
      await this.ask();
      if (!this._proven) await this._dialog.ask(this._who, !this._who.published_pin);
    }
    return this._proven;
  }

  /** A demo's published PIN is enough for everything. */
  get _proven() {
    return this._who.method === "password" || Boolean(this._who.person && this._who.published_pin);
  }

  /** Let somebody else sign in here; who was signed in is then out. */
  async change() {
    await this._tell("/api/sign-out", {});
    await this._open();
  }

  /** Whether somebody is signed in here, as far as this page knows. */
  get signedIn() {
    return Boolean(this._who.person);
  }

  /** Ask the service who is signed in here, after an act or when it says nobody is. */
  async ask() {
    try {
      this._take(await read("/api/people"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._take(NOBODY);
    }
  }

  async _open() {
    await this.ask();
    await this._dialog.ask(this._who);
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} act
   * @returns {Promise<import("./contract.js").Who>}
   */
  async _tell(path, act) {
    this._take(await tell(path, act));
    return this._who;
  }

  /** @param {import("./contract.js").Who} who */
  _take(who) {
    const other = who.person?.id !== this._who.person?.id;
    this._who = who;
    window.clearTimeout(this._timer);
    write(this._button, who.person ? who.person.name : "SIGN IN");
    mark(this._button, "signed", who.person ? "in" : "out");
    // The service ends a sign-in by itself; the header then says so at once.
    if (who.person) {
      this._timer = window.setTimeout(() => void this.ask(), who.left_s * 1_000 + SIGNED_OUT_MS);
    }
    if (other) this._changed();
  }
}
