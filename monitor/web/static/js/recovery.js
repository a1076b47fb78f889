/** The recovery board: every chair on its way out, what is missing and since when. */

import { byId, button, link, make, mark, write } from "./dom.js";
import { checkLine, vitalLines } from "./leaving.js";
import { Refused, read } from "./server.js";
import { Shell } from "./shell.js";

const REFRESH_MS = 5_000;

/** @typedef {import("./contract.js").OnTheWay} OnTheWay */
/** @typedef {import("./contract.js").RecoveryBoard} RecoveryBoard */

class RecoveryPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._shell = shell;
    this._note = make("p", "summary");
    this._chairs = make("div", "recovering");
    this._kept = make("ul", "not-turned-over");
    this._kept.setAttribute("aria-label", "Chairs not turned over");
    const head = make("h2", "", "Recovery");
    byId("recovery").replaceChildren(head, this._note, this._kept, this._chairs);
    this._asked_ms = 0;
  }

  draw() {
    if (!this._shell.people.signedIn) {
      this._forget("Sign in to see who is in recovery");
    } else if (Date.now() - this._asked_ms > REFRESH_MS) {
      void this._load();
    }
  }

  blank() {
    this._forget("");
  }

  /** @param {string} why */
  _forget(why) {
    this._asked_ms = 0;
    this._chairs.replaceChildren();
    this._kept.replaceChildren();
    write(this._note, why);
  }

  async _load() {
    this._asked_ms = Date.now();
    try {
      this._show(await read("/api/recovery"));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
      this._asked_ms = Date.now();
    }
  }

  /** @param {RecoveryBoard} board */
  _show(board) {
    const count = board.chairs.length;
    const some = count === 1 ? "1 chair" : `${count} chairs`;
    write(this._note, count ? `${some} in recovery, as of ${board.as_of}` : "Nobody is in recovery");
    this._chairs.replaceChildren(...board.chairs.map(card));
    this._kept.replaceChildren(...board.not_turned_over.map((one) => this._done(one)));
  }

  /** @param {RecoveryBoard["not_turned_over"][number]} one */
  _done(one) {
    const said = `Chair ${one.label} is DONE: ${one.kept.join(" and ")} kept on, ${one.reason}`;
    const off = button("act", "CUFF AND PROBE ARE OFF", () => {
      void this._shell.acts.turnOver(one.chair).then(() => this._load());
    });
    off.setAttribute("aria-label", `Chair ${one.label}: cuff and probe are off`);
    return make("li", "", [make("span", "", said), off]);
  }
}

/** @param {OnTheWay} one */
function card(one) {
  const open = one.checks.filter((check) => !check.holds).length;
  const state = one.ready ? "MAY LEAVE" : `${open} missing, at the earliest ${one.expected}`;
  const title = make("h3", "", [
    link("", `Chair ${one.label}`, `/chair/${encodeURIComponent(one.chair)}`),
    ` ${one.patient}`,
  ]);
  const said = make("p", "state", `${state}, ${one.minutes} min since the end`);
  const checks = make("ul", "checks", one.checks.map(checkLine));
  const vitals = make("dl", "against", one.vitals.flatMap(vitalLines));
  const section = make("section", "card", [title, said, checks, vitals]);
  section.setAttribute("aria-label", `Chair ${one.label}`);
  mark(section, "ready", one.ready ? "yes" : "no");
  return section;
}

new Shell((shell) => new RecoveryPage(shell));
