/** A session's report: one page to read, print and sign; after that, addenda. */

import { button, byId, link, make, write } from "./dom.js";
import { Refused, made, read } from "./server.js";
import { Shell } from "./shell.js";

const SESSION = decodeURIComponent(window.location.pathname.split("/")[2] ?? "");
const API = `/api/sessions/${encodeURIComponent(SESSION)}`;
const MAKING_MS = 60_000;
const STYLE = "/api/report.css";
const WORDS_MAX = 2_000;

/** @typedef {{time: string, by: string, text: string}} Addendum */
/** @typedef {{html: string, seen: string, closed: boolean, signed: string, addenda: Addendum[]}} Shown */

class ReportPage {
  /** @param {Shell} shell */
  constructor(shell) {
    this._acts = shell.acts;
    this._people = shell.people;
    this._signedIn = false;
    this._seen = "";
    this._state = make("p", "summary", "Sign in to see the report");
    this._state.setAttribute("role", "status");
    this._buttons = make("div", "report-acts");
    this._desk = make("div", "report-desk");
    this._desk.tabIndex = 0;
    this._desk.setAttribute("role", "region");
    this._desk.setAttribute("aria-label", "The report");
    this._desk.hidden = true;
    this._addenda = make("section", "addenda");
    const style = make("link");
    style.rel = "stylesheet";
    style.href = STYLE;
    document.head.append(style);
    const head = [make("h2", "", "Session report"), this._state, this._buttons];
    byId("report").replaceChildren(...head, this._desk, this._addenda);
  }

  draw() {
    if (this._people.signedIn === this._signedIn) return;
    this._signedIn = this._people.signedIn;
    if (this._signedIn) void this._load();
    else this._forget("Sign in to see the report");
  }

  blank() {}

  /** @param {string} text */
  _forget(text) {
    write(this._state, text);
    this._desk.hidden = true;
    for (const part of [this._buttons, this._desk, this._addenda]) part.replaceChildren();
  }

  async _load() {
    write(this._state, "Making the report ...");
    try {
      const found = await read(`${API}/report`, MAKING_MS);
      if (this._people.signedIn) this._show(found);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._forget(error.message);
      this._buttons.append(button("", "TRY AGAIN", () => void this._load()));
    }
  }

  /** @param {Shown} found */
  _show(found) {
    this._seen = found.seen;
    // The service wrote this page and escaped every word in it; scripts in it would not run.
    const page = new DOMParser().parseFromString(found.html, "text/html");
    this._desk.replaceChildren(...page.querySelectorAll("article.report"));
    this._desk.hidden = false;
    write(this._state, found.signed || (found.closed ? "Not signed yet" : "The session is open"));
    this._buttons.replaceChildren(
      button("", "PRINT", () => window.print()),
      link("", "PDF, A4", `${API}/report.pdf?paper=a4`),
      link("", "PDF, Letter", `${API}/report.pdf?paper=letter`),
      link("", "Long tables", `${API}/tables.pdf`),
      link("", "Sitter's sheet", `${API}/hand-over.pdf`),
      button("", "SITTER'S SHEET WITH JOURNAL CODE", () => void this._sitterSheet()),
      link("", "Review", `/review/${encodeURIComponent(SESSION)}`),
    );
    if (found.closed && !found.signed) {
      this._buttons.append(button("", "SIGN", () => void this._do("sign", { seen: this._seen })));
    }
    this._addenda.replaceChildren(...(found.signed ? this._added(found.addenda) : []));
  }

  /** A new link to the journal is on this sheet alone, so it is saved at once. */
  async _sitterSheet() {
    if (!(await this._acts.ready())) return;
    try {
      const sheet = await made(`${API}/hand-over.pdf`);
      const to = link("", "", URL.createObjectURL(sheet));
      to.download = `${SESSION}-hand-over.pdf`;
      to.click();
      URL.revokeObjectURL(to.href);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._acts.say(error.message);
    }
  }

  /** @param {Addendum[]} addenda */
  _added(addenda) {
    const words = make("textarea");
    words.setAttribute("aria-label", "Addendum");
    words.maxLength = WORDS_MAX;
    const add = button("", "ADD TO THE REPORT", () => void this._do("addendum", { text: words.value }));
    const told = addenda.map((one) => make("p", "", `${one.time} ${one.by}: ${one.text}`));
    return [make("h3", "", "Addenda"), ...told, words, add];
  }

  /**
   * @param {string} act
   * @param {import("./server.js").Act} said
   */
  async _do(act, said) {
    if (await this._acts.keep(`${API}/${act}`, said)) await this._load();
  }
}

new Shell((shell) => new ReportPage(shell));
