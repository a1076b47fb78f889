/** The hand-over of a shift: chair by chair, offered by one person, confirmed by another. */

import { byId, button, link, make, mark, write } from "./dom.js";
import { Refused, read } from "./server.js";
import { choice } from "./sheet.js";
import { Shell } from "./shell.js";

const REFRESH_MS = 5_000;
const KEPT = "not handed over";

/** @typedef {import("./contract-day.js").Shift} Shift */
/** @typedef {import("./contract-day.js").ShiftChair} ShiftChair */
/** @typedef {import("./contract-day.js").ShiftOffer} ShiftOffer */

class ShiftPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._acts = shell.acts;
    this._people = shell.people;
    this._signed = false;
    /** How ill each patient is, as it was last chosen here. @type {Map<string, () => string>} */
    this._chosen = new Map();
    this._holds = "";
    this._said = "";
    this._note = make("p", "summary");
    this._waiting = make("div", "offers");
    this._chairs = make("div", "shift-chairs");
    this._give = button("act", "HAND OVER", () => void this._offer());
    this._past = make("ul", "past-offers");
    const test = make("p", "summary", "Start of a shift: let this display play SOUND TEST too.");
    byId("shift").replaceChildren(
      make("div", "day-head", [make("h2", "", "Hand-over of the shift"), this._note]),
      this._waiting,
      this._chairs,
      make("div", "shift-give", [this._give, test]),
      make("h3", "", "Handed over"),
      this._past,
    );
    setInterval(() => void this._load(), REFRESH_MS);
  }

  draw() {
    if (this._people.signedIn !== this._signed) void this._load();
    if (!this._people.signedIn) this._forget("Sign in to see the shift");
  }

  blank() {
    this._forget("");
  }

  /** @param {string} text */
  _forget(text) {
    this._holds = this._said = "";
    this._chosen.clear();
    for (const part of [this._waiting, this._chairs, this._past]) part.replaceChildren();
    this._give.disabled = true;
    write(this._note, text);
  }

  async _load() {
    this._signed = this._people.signedIn;
    if (!this._signed) return;
    let shift;
    try {
      shift = await read("/api/shift");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
      return;
    }
    if (!this._people.signedIn) return;
    this._show(shift);
  }

  /** @param {Shift} shift */
  _show(shift) {
    const clinic = shift.clinic.length ? `, alarms of the clinic: ${shift.clinic.join("; ")}` : "";
    write(this._note, `as of ${shift.as_of}${clinic}`);
    const holds = JSON.stringify(shift.chairs.map((one) => [one.chair, one.patient, one.mine]));
    // The choices stay as they were made while the same people sit there.
    if (holds !== this._holds) this._lay(shift, holds);
    for (const chair of shift.chairs) this._tell(chair);
    this._give.disabled = !shift.chairs.length;
    const said = JSON.stringify([shift.offers, shift.me]);
    if (said === this._said) return;
    this._said = said;
    const waiting = shift.offers.filter((one) => one.waits);
    this._waiting.replaceChildren(...waiting.map((one) => this._offered(one, shift.me)));
    const taken = shift.offers.filter((one) => one.to);
    const past = taken.map((one) =>
      make("li", "", `${one.date} ${one.taken}: chairs ${chairsTold(one)}, ${one.from} to ${one.to}`),
    );
    this._past.replaceChildren(...(past.length ? past : [make("li", "", "nothing yet")]));
  }

  /**
   * @param {Shift} shift
   * @param {string} holds
   */
  _lay(shift, holds) {
    this._holds = holds;
    this._chosen.clear();
    const cards = shift.chairs.map((chair) => {
      const severity = choice(
        chair.session ? `How ill is ${chair.patient}?` : "Nobody sits here",
        [...(chair.session ? shift.severities : [chair.suggested]), KEPT],
        chair.mine ? chair.suggested : KEPT,
      );
      this._chosen.set(chair.chair, severity.value);
      const name = link("day-chair", `Chair ${chair.label}`, `/chair/${encodeURIComponent(chair.chair)}`);
      const said = make("div", "shift-said");
      const card = make("section", "card shift-card", [
        make("h3", "", [name, ` ${chair.patient}`]),
        said,
        severity.element,
      ]);
      mark(card, "chair", chair.chair);
      return card;
    });
    this._chairs.replaceChildren(...cards);
  }

  /** @param {ShiftChair} chair */
  _tell(chair) {
    const cards = [...this._chairs.querySelectorAll(".shift-card")];
    const card = cards.find((one) => one instanceof HTMLElement && one.dataset["chair"] === chair.chair);
    const lines = [
      ["", `${chair.state}, ${chair.watcher ? `watched by ${chair.watcher}` : "nobody watches"}`],
      ["Open alarms", chair.alarms.join("; ") || "none"],
      ["Acknowledged, still active", chair.acknowledged.join("; ") || "none"],
      ...(chair.session
        ? [
            ["Limits that differ", chair.limits.join("; ") || "none"],
            ["Due", chair.due.join("; ") || "nothing"],
          ]
        : []),
    ];
    const said = lines.map(([name, text]) =>
      make("p", "", [make("b", "", name ? `${name}: ` : ""), text ?? ""]),
    );
    card?.querySelector(".shift-said")?.replaceChildren(...said);
  }

  /**
   * @param {ShiftOffer} offer
   * @param {string} me
   */
  _offered(offer, me) {
    const mine = offer.giver === me;
    const told = [
      `Open: ${offer.open || "none"}`,
      `Limits: ${offer.limits || "as in the preset"}`,
      `Due: ${offer.due || "nothing"}`,
      `Of the clinic: ${offer.clinic || "no alarm"}`,
    ];
    const act = mine
      ? button("act", "RECEIVER SIGNS IN ...", () => void this._people.change())
      : button("act", "I TAKE OVER", () => void this._take(offer));
    return make("section", "card offer", [
      make("h3", "", `${offer.from} hands over chairs ${chairsTold(offer)} at ${offer.offered}`),
      ...told.map((text) => make("p", "", text)),
      act,
    ]);
  }

  async _offer() {
    const chosen = [...this._chosen].map(([chair, value]) => /** @type {const} */ ([chair, value()]));
    const severities = Object.fromEntries(chosen.filter(([, said]) => said !== KEPT));
    if (await this._acts.keep("/api/shift/offer", { severities })) await this._load();
  }

  /** @param {ShiftOffer} offer */
  async _take(offer) {
    if (await this._acts.keep("/api/shift/take", { offer: offer.name })) await this._load();
  }
}

/** @param {ShiftOffer} offer */
function chairsTold(offer) {
  return offer.chairs.map((one) => `${one.label} (${one.severity})`).join(", ");
}

new Shell((shell) => new ShiftPage(shell));
