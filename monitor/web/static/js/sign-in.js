/**
 * The dialog of who acts: names and a PIN at an enrolled display, a password elsewhere.
 *
 * It stands at the edge of the wall and dims nothing: numbers and alarms stay in sight.
 * Left alone it closes by itself, so that no tile stays behind it.
 */

import { button, byId, make, write } from "./dom.js";
import { PinPad } from "./pin-pad.js";
import { Refused } from "./server.js";

const LEFT_ALONE_MS = 20_000;
const BY_PASSWORD = "This takes your password: a PIN is enough at the chair alone.";

/**
 * @typedef {object} Door What the dialog asks for; each resolves to who is signed in then.
 * @property {(person: string, method: string, secret: string) => Promise<Who>} signIn
 * @property {() => Promise<Who>} signOut
 * @property {(name: string) => Promise<Who>} enrol
 */
/** @typedef {import("./contract.js").Who} Who */

export class SignInDialog {
  /** @param {Door} door */
  constructor(door) {
    this._door = door;
    this._dialog = /** @type {HTMLDialogElement} */ (byId("who"));
    this._pad = /** @type {PinPad|null} */ (null);
    this._said = make("p", "refused", "");
    this._said.setAttribute("role", "alert");
    this._timer = 0;
    this._dialog.addEventListener("keydown", (event) => this._pad?.press(event));
    for (const touch of ["keydown", "input", "pointerdown"]) {
      this._dialog.addEventListener(touch, () => this._touched());
    }
    this._dialog.addEventListener("close", () => {
      window.clearTimeout(this._timer);
      this._show("", []);
    });
  }

  /**
   * Open for who is there now; resolves when it is closed.
   * @param {Who} who
   * @param {boolean} by_password a PIN is not enough for what they are about to do
   */
  async ask(who, by_password = false) {
    if (!this._dialog.open) {
      if (by_password) this._password(who, BY_PASSWORD);
      else this._begin(who);
      this._dialog.showModal();
      this._touched();
    }
    await new Promise((resolve) =>
      this._dialog.addEventListener("close", resolve, { once: true }),
    );
  }

  _touched() {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this._dialog.close(), LEFT_ALONE_MS);
  }

  /** @param {Who} who */
  _begin(who) {
    if (who.person) this._signedIn(who);
    else if (who.pin_is_enough) this._names(who);
    else this._password(who);
  }

  /** @param {Who} who */
  _names(who) {
    const names = who.staff.map((one) => button("act", one.name, () => this._pin(who, one)));
    const list = make("div", "choices", names);
    list.append(button("act plain", "By password", () => this._password(who)));
    this._show("Who acts?", [...published(who), list]);
  }

  /**
   * @param {Who} who
   * @param {import("./contract.js").Person} person
   */
  _pin(who, person) {
    const pad = new PinPad((pin) => void this._do(() => this._door.signIn(person.id, "pin", pin)));
    const back = button("act plain", "Somebody else", () => this._names(who));
    this._show(person.name, [...published(who), pad.element, back]);
    this._pad = pad;
    // The button that was pressed is gone, and with it the focus: number keys must arrive here.
    pad.element.focus();
  }

  /**
   * @param {Who} who
   * @param {string} why
   */
  _password(who, why = "") {
    const person = field("Staff id", "text", "username");
    person.input.value = who.person?.id ?? "";
    const secret = field("Password", "password", "current-password");
    (who.person ? secret : person).input.autofocus = true;
    const submit = make("button", "act", "SIGN IN");
    submit.type = "submit";
    const form = make("form", "sign-in", [person.label, secret.label, submit]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [id, typed] = [person.input.value.trim(), secret.input.value];
      secret.input.value = "";
      void this._do(() => this._door.signIn(id, "password", typed));
    });
    const words = why || (who.display ? "" : "This display is not enrolled: no PIN here.");
    this._show(who.person?.name ?? "Sign in", [...(words ? [make("p", "", words)] : []), form]);
  }

  /** @param {Who} who */
  _signedIn(who) {
    const out = button("act", "SIGN OUT", () => void this._do(() => this._door.signOut()));
    const parts = /** @type {HTMLElement[]} */ ([make("p", "", who.person?.role ?? ""), out]);
    const enrols = who.may.includes("enrol displays") && who.method === "password";
    if (enrols) parts.push(this._enrolment(who));
    this._show(who.person?.name ?? "", parts);
  }

  /** @param {Who} who */
  _enrolment(who) {
    const name = field("Enrol this display as", "text", "off");
    name.input.value = who.display?.name ?? "";
    const submit = make("button", "act", "ENROL");
    submit.type = "submit";
    const form = make("form", "sign-in", [name.label, submit]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._do(() => this._door.enrol(name.input.value.trim()));
    });
    return form;
  }

  /**
   * Done, or said why not; what was typed is gone either way.
   * @param {() => Promise<Who>} act
   */
  async _do(act) {
    write(this._said, "");
    try {
      await act();
      this._dialog.close();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      write(this._said, error.message);
      this._said.scrollIntoView({ block: "nearest" });
    }
  }

  /**
   * @param {string} title
   * @param {HTMLElement[]} parts
   */
  _show(title, parts) {
    this._pad = null;
    write(this._said, "");
    const close = button("act plain", "Close", () => this._dialog.close());
    // Above the pad and the fields: below them it can lie outside what the screen has room for.
    this._dialog.replaceChildren(make("h2", "", title), this._said, ...parts, close);
  }
}

/**
 * A demo says its PIN; a clinic never does.
 * @param {Who} who
 */
function published(who) {
  return who.published_pin ? [make("p", "published", `Demo: the PIN is ${who.published_pin}`)] : [];
}

/**
 * @param {string} text
 * @param {string} type
 * @param {AutoFill} autocomplete
 */
function field(text, type, autocomplete) {
  const input = make("input");
  input.type = type;
  input.required = true;
  input.maxLength = 128;
  input.autocomplete = autocomplete;
  return { input, label: make("label", "", [`${text} `, input]) };
}
