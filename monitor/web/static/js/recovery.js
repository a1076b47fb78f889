/** The recovery board: every chair on its way out, what is missing and since when. */

import { counted } from "./counting.js";
import { byId, button, link, make, mark, write } from "./dom.js";
import { checkLine, earliest, vitalLines } from "./leaving.js";
import { Refused, read } from "./server.js";
import { Shell } from "./shell.js";

const REFRESH_MS = 5_000;

/** @typedef {import("./contract-leaving.js").OnTheWay} OnTheWay */
/** @typedef {import("./contract-leaving.js").RecoveryBoard} RecoveryBoard */

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
    /** @type {Map<string, Card>} */
    this._cards = new Map();
    /** @type {Map<string, HTMLElement>} */
    this._lines = new Map();
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
    hold(this._chairs, []);
    hold(this._kept, []);
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
    write(this._note, count ? `${counted(count, "chair")} in recovery, as of ${board.as_of}` : "Nobody is in recovery");
    const cards = board.chairs.map((one) => {
      const card = this._cards.get(one.session) ?? new Card(one);
      this._cards.set(one.session, card);
      card.draw(one);
      return card.element;
    });
    const kept = board.not_turned_over.map((one) => {
      const line = this._lines.get(one.chair) ?? this._done(one);
      this._lines.set(one.chair, line);
      return line;
    });
    hold(this._chairs, cards);
    hold(this._kept, kept);
    forget(this._cards, board.chairs.map((one) => one.session));
    forget(this._lines, board.not_turned_over.map((one) => one.chair));
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

/** One patient on the way out. It stays the same element, so that the keyboard keeps its place. */
class Card {
  /** @param {OnTheWay} one */
  constructor(one) {
    const to = link("", `Chair ${one.label}`, `/chair/${encodeURIComponent(one.chair)}`);
    this._said = make("p", "state");
    this._checks = make("ul", "checks");
    this._vitals = make("dl", "against");
    const title = make("h3", "", [to, ` ${one.patient}`]);
    this.element = make("section", "card", [title, this._said, this._checks, this._vitals]);
    this.element.setAttribute("aria-label", `Chair ${one.label}`);
  }

  /** @param {OnTheWay} one */
  draw(one) {
    const open = one.checks.filter((check) => !check.holds).length;
    const state = one.ready ? "MAY LEAVE" : `${open} missing${earliest(one)}`;
    write(this._said, `${state}, ${one.minutes} min since the end`);
    this._checks.replaceChildren(...one.checks.map(checkLine));
    this._vitals.replaceChildren(...one.vitals.flatMap(vitalLines));
    mark(this.element, "ready", one.ready ? "yes" : "no");
  }
}

/**
 * Put these into a place, touching it only when they are others.
 * @param {HTMLElement} place
 * @param {HTMLElement[]} elements
 */
function hold(place, elements) {
  const same = place.children.length === elements.length;
  if (!same || elements.some((element, at) => place.children[at] !== element)) {
    place.replaceChildren(...elements);
  }
}

/**
 * @param {Map<string, unknown>} known
 * @param {string[]} there
 */
function forget(known, there) {
  for (const key of known.keys()) if (!there.includes(key)) known.delete(key);
}

new Shell((shell) => new RecoveryPage(shell));
