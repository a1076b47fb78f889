/** The way out of a chair: the leave gate item by item, the recovery score, the hand-over. */

import { button, make, mark, write } from "./dom.js";
import { SessionFeed } from "./feed.js";
import { HandOverFields, ScoreFields } from "./way-out.js";

/** @typedef {import("./contract-leaving.js").Leaving} Leaving */

export class LeavingPanel {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {() => boolean} signedIn
   */
  constructor(acts, signedIn) {
    this._acts = acts;
    /** @type {SessionFeed<Leaving>} */
    this._feed = new SessionFeed(acts, signedIn, "leaving", "Sign in to see what is missing");
    this._feed.listen((leaving, why) => this._tell(leaving, why));
    /** @type {Leaving|null} */
    this._leaving = null;
    this._gate = make("section", "gate");
    this._vitals = make("dl", "against");
    this._told = make("p", "handed-over");
    this._score = button("act", "SCORE ...", () => void this._enterScore());
    this._hand = button("act", "HAND OVER ...", () => void this._handOver());
    this._dialog = make("dialog", "care leaving-dialog");
    this.element = make("section", "card leaving", [
      make("h3", "", "Leaving"),
      make("div", "choices", [this._score, this._hand]),
      this._told,
      this._gate,
      this._vitals,
      this._dialog,
    ]);
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    const session = tile.session?.phase === "RECOVERY" ? tile.session.id : "";
    this.element.hidden = !session;
    this._feed.draw(tile, session);
  }

  /** Nothing is known any more, and nothing old is shown. */
  blank() {
    this._feed.blank();
    this._dialog.close();
  }

  /**
   * @param {Leaving|null} leaving
   * @param {string} why
   */
  _tell(leaving, why) {
    this._leaving = leaving;
    if (leaving) {
      this._show(leaving);
      return;
    }
    for (const part of [this._gate, this._vitals]) part.replaceChildren();
    delete this._gate.dataset["ready"];
    write(this._told, why);
  }

  /** @param {Leaving} leaving */
  _show(leaving) {
    mark(this._gate, "ready", leaving.ready ? "yes" : "no");
    const head = leaving.ready ? "MAY LEAVE" : `MAY NOT LEAVE YET${earliest(leaving)}`;
    const title = make("h4", "", `${head}, as of ${leaving.as_of}`);
    this._gate.replaceChildren(title, make("ul", "checks", leaving.checks.map(checkLine)));
    this._vitals.replaceChildren(...leaving.vitals.flatMap(vitalLines));
    write(this._told, handedOver(leaving));
    this._score.hidden = !leaving.score;
    write(this._score, `${leaving.score} ...`);
  }

  async _enterScore() {
    await this._acts.ready();
    await this._feed.ask();
    const leaving = this._leaving;
    if (!leaving) return;
    const fields = new ScoreFields(leaving.score, leaving.parts);
    const form = make("form", "", [
      make("dl", "against", leaving.vitals.flatMap(vitalLines)),
      fields.element,
    ]);
    this._open(leaving.score, form, [fields.sum], async () =>
      this._acts.score(leaving.session, leaving.score, fields.said),
    );
  }

  async _handOver() {
    await this._acts.ready();
    await this._feed.ask();
    const leaving = this._leaving;
    if (!leaving) return;
    const fields = new HandOverFields(leaving);
    const form = make("form", "", fields.elements);
    this._open("Hand over to the sitter", form, [], async () =>
      this._acts.handOver(leaving.session, fields.said),
    );
  }

  /**
   * A dialog that stays open, and says why, until the service took what it asks for.
   * @param {string} title
   * @param {HTMLFormElement} form
   * @param {HTMLElement[]} beside
   * @param {() => Promise<string>} keep why it was not taken; "" when it was
   */
  _open(title, form, beside, keep) {
    const refused = make("p", "refused");
    refused.setAttribute("role", "alert");
    const enter = make("button", "act", "ENTER");
    enter.type = "submit";
    const away = button("act plain", "Close", () => this._dialog.close());
    form.append(refused, make("div", "choices", [...beside, enter, away]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void keep().then((why) => {
        write(refused, why);
        if (why) return;
        this._dialog.close();
        void this._feed.ask();
      });
    });
    this._dialog.setAttribute("aria-label", title);
    this._dialog.replaceChildren(make("h2", "", title), form);
    if (!this._dialog.open) this._dialog.showModal();
  }
}

/**
 * One item of the gate: fulfilled, or what is missing and since when.
 * @param {{name: string, said: string, holds: boolean, since: string}} one
 */
export function checkLine(one) {
  const item = make("li", "", `${one.holds ? "OK" : "NOT YET"}  ${one.name}: ${one.said}`);
  if (!one.holds) item.append(make("small", "", ` ${one.since}`));
  mark(item, "holds", one.holds ? "yes" : "no");
  return item;
}

/**
 * When time alone will have opened the gate, where that is known.
 * @param {{expected: string}} one
 */
export function earliest(one) {
  return one.expected ? `, at the earliest ${one.expected}` : "";
}

/** @param {import("./contract-leaving.js").AgainstBaseline} one */
export function vitalLines(one) {
  const now = one.now === null ? "--" : String(one.now);
  const base = one.baseline === null ? "no baseline" : `baseline ${one.baseline}`;
  const sign = one.percent !== null && one.percent > 0 ? "+" : "";
  const change = one.percent === null ? "" : `, ${sign}${one.percent} %`;
  return [make("dt", "", one.label), make("dd", "", `${now} (${base}${change})`)];
}

/** @param {Leaving} leaving */
function handedOver(leaving) {
  const told = leaving.handed_over;
  if (!told) return "Not handed over to a sitter yet";
  const next = told.next ? `, next session ${told.next}` : "";
  const journal = told.journal_due ? `, journal due ${told.journal_due}` : "";
  return `Handed over to ${told.sitter} at ${told.time} by ${told.by}${next}${journal}`;
}
