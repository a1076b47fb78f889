/** What stands below a chair's numbers: one panel, whose cards change with the tab chosen. */

import { button, make, mark } from "./dom.js";

/** @typedef {"arrival"|"infusion"|"recovery"|"notes"|"trend"} Tab */

/**
 * @typedef {object} Card A part of the chair's page: what it shows, and how it forgets it.
 * @property {HTMLElement} element
 * @property {(tile: import("./contract.js").Tile) => void} [draw]
 * @property {() => void} [blank] take every value off the page
 */

/** @type {Map<Tab, string>} */
const TABS = new Map([
  ["arrival", "Arrival"],
  ["infusion", "Infusion"],
  ["recovery", "Recovery"],
  ["notes", "Notes"],
  ["trend", "Trend"],
]);
/** Which tab a session's phase opens; a chair without a session waits for an arrival. @type {Map<string, Tab>} */
const OPENS = new Map([
  ["INFUSION", "infusion"],
  ["RECOVERY", "recovery"],
]);
/** From here up the trend has a column of its own (see chair.css). */
const WIDE = "(width >= 1200px)";

export class Panels {
  /**
   * @param {HTMLElement} beside the trend: a column on wide screens, a tab on narrow ones
   * @param {HTMLElement} acts what leads the session on, in the row of the tabs
   */
  constructor(beside, acts) {
    this._phase = "none";
    /** @type {Tab} */
    this._chosen = "arrival";
    /** @type {Map<Card, {tabs: readonly Tab[], place: HTMLElement}>} */
    this._cards = new Map();
    this._tabs = new Map([...TABS].map(([tab, name]) => [tab, this._tab(tab, name)]));
    const row = make("div", "tabs", [...this._tabs.values()]);
    row.setAttribute("role", "tablist");
    row.setAttribute("aria-label", "Care at this chair");
    row.addEventListener("keydown", (event) => this._press(event));
    this._panel = make("div", "panel");
    this._panel.id = "panel";
    this._panel.tabIndex = 0;
    this._panel.setAttribute("role", "tabpanel");
    beside.classList.add("beside");
    const lead = make("div", "panels-lead", [row, acts]);
    this.element = make("div", "panels", [lead, this._panel, beside]);
    this.choose("arrival");
    matchMedia(WIDE).addEventListener("change", () => {
      if (this._chosen === "trend") this.choose(OPENS.get(this._phase) ?? "arrival");
    });
  }

  /**
   * Put a card under one or several tabs, after those that are there already.
   * @param {readonly Tab[]} tabs
   * @param {Card} card
   */
  add(tabs, card) {
    const place = make("div", "panel-place", [card.element]);
    place.hidden = !tabs.includes(this._chosen);
    this._cards.set(card, { tabs, place });
    this._panel.append(place);
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    const phase = tile.session?.phase ?? "";
    if (phase !== this._phase) {
      this._phase = phase;
      mark(this.element, "phase", phase);
      this.choose(OPENS.get(phase) ?? "arrival");
    }
    for (const card of this._cards.keys()) card.draw?.(tile);
  }

  blank() {
    for (const card of this._cards.keys()) card.blank?.();
  }

  /** @param {Tab} tab its cards are shown, all others hidden */
  choose(tab) {
    this._chosen = tab;
    for (const [name, one] of this._tabs) {
      one.setAttribute("aria-selected", String(name === tab));
      one.tabIndex = name === tab ? 0 : -1;
    }
    this._panel.setAttribute("aria-labelledby", `tab-${tab}`);
    mark(this.element, "tab", tab);
    for (const { tabs, place } of this._cards.values()) place.hidden = !tabs.includes(tab);
    this._panel.scrollTop = 0;
  }

  /**
   * @param {Tab} tab
   * @param {string} name
   */
  _tab(tab, name) {
    const one = button("tab", name, () => this.choose(tab));
    one.id = `tab-${tab}`;
    one.setAttribute("role", "tab");
    one.setAttribute("aria-controls", "panel");
    return one;
  }

  /** @param {KeyboardEvent} event */
  _press(event) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const shown = [...this._tabs].filter(([, one]) => one.offsetParent !== null);
    const at = shown.findIndex(([name]) => name === this._chosen);
    const next = shown[(at + step + shown.length) % shown.length];
    if (!next) return;
    event.preventDefault();
    this.choose(next[0]);
    next[1].focus();
  }
}
