/** Limits of one session: what is in force, within which range, what others would have alarmed. */

import { counted } from "./counting.js";
import { button, make, mark, write } from "./dom.js";
import { Refused, read } from "./server.js";

const FORESEE_AFTER_MS = 300;

/** @typedef {import("./contract.js").Setting} Setting */

class SettingLine {
  /**
   * @param {Setting} setting
   * @param {() => void} changed
   */
  constructor(setting, changed) {
    this.setting = setting;
    this.value = setting.value;
    this._changed = changed;
    this._number = make("output", "limit-value");
    this._less = button("act step", "−", () => this._move(-1));
    this._more = button("act step", "+", () => this._move(1));
    this._back = button("act plain", `preset ${setting.preset}`, () => this._set(setting.preset));
    this._now = make("i", "now");
    this._mark = make("i", "set");
    const usual = make("i", "usual");
    usual.style.setProperty("--at", this._at(setting.preset));
    this._bar = make("span", "bar", [usual, this._mark, this._now]);
    this._bar.setAttribute("aria-hidden", "true");
    const sign = setting.vital ? (setting.high ? " above" : " below") : "";
    const name = `${setting.rule} ${setting.label}${sign}`;
    this._less.setAttribute("aria-label", `${name}: less`);
    this._more.setAttribute("aria-label", `${name}: more`);
    this._back.setAttribute("aria-label", `${name}: preset ${setting.preset}`);
    this._number.setAttribute("aria-label", name);
    this.element = make("div", "limit-line", [
      make("span", "limit-name", [
        `${setting.label}${sign} `,
        make("small", "", `${setting.low_end} to ${setting.high_end}`),
      ]),
      this._less,
      this._number,
      this._more,
      this._bar,
      this._back,
    ]);
    this._draw();
  }

  /** Whether the person chose another value than is in force. */
  get changed() {
    return this.value !== this.setting.value;
  }

  /** What is told to the service: null gives the number back to the preset. */
  get told() {
    return this.value === this.setting.preset ? null : this.value;
  }

  /** @param {string} text what the chair shows of this vital sign now; "" when it is no number */
  now(text) {
    const value = Number.parseFloat(text);
    this._now.hidden = !Number.isFinite(value);
    if (!this._now.hidden) this._now.style.setProperty("--at", this._at(value));
  }

  /** @param {number} way */
  _move(way) {
    const { step, low_end, high_end } = this.setting;
    const steps = Math.round((this.value - low_end) / step) + way;
    this._set(Math.min(Math.max(low_end + steps * step, low_end), high_end));
  }

  /** @param {number} value */
  _set(value) {
    this.value = value;
    this._draw();
    this._changed();
  }

  _draw() {
    const { low_end, high_end, preset, unit } = this.setting;
    write(this._number, `${this.value} ${unit}`);
    this._mark.style.setProperty("--at", this._at(this.value));
    this._less.disabled = this.value <= low_end;
    this._more.disabled = this.value >= high_end;
    this._back.disabled = this.value === preset;
    mark(this.element, "changed", this.changed ? "yes" : "");
    mark(this.element, "own", this.value === preset ? "" : "yes");
  }

  /** @param {number} value as a share of the range */
  _at(value) {
    const { low_end, high_end } = this.setting;
    const share = (value - low_end) / (high_end - low_end);
    return `${(100 * Math.min(Math.max(share, 0), 1)).toFixed(1)}%`;
  }
}

export class LimitsDialog {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair
   */
  constructor(acts, chair) {
    this._acts = acts;
    this._chair = chair;
    /** @type {SettingLine[]} */
    this._lines = [];
    this._session = "";
    this._timer = 0;
    this._asked = 0;
    this._said = make("p", "foreseen");
    this._said.setAttribute("role", "status");
    this._save = button("act", "SAVE", () => void this._keep());
    this.element = make("dialog", "own-limits");
    this.element.setAttribute("aria-label", "Limits of this session");
  }

  async open() {
    if (this.element.open) return;
    let told;
    try {
      told = await read(`/api/chairs/${encodeURIComponent(this._chair)}/limits`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._acts.say(error.message);
      return;
    }
    if (!told.session) {
      this._acts.say("Limits are set for a session: seat a patient first");
      return;
    }
    this._session = told.session;
    this._lines = told.settings.map(
      (/** @type {Setting} */ one) => new SettingLine(one, () => this._changed()),
    );
    const set_by = told.set_by ? `, set by ${told.set_by}` : "";
    const away = button("act plain", "Cancel", () => this.element.close());
    this.element.replaceChildren(
      make("header", "limits-head", [
        make("h2", "", "Limits of this session"),
        make("p", "", `Those in force${set_by} stay so until you save. The next patient has the preset's.`),
      ]),
      make("div", "limit-lines", this._byRule()),
      make("footer", "limits-foot", [this._said, this._save, away]),
    );
    this._changed();
    this.element.showModal();
  }

  /** @param {import("./contract.js").Tile} tile what the chair shows now, for the bars */
  draw(tile) {
    if (!this.element.open) return;
    for (const line of this._lines) {
      const slot = tile.slots.find((one) => one.vital === line.setting.vital);
      const valid = slot?.state === "valid" ? slot.text : "";
      const cuff = line.setting.vital === "NIBP_SYS" && tile.nibp?.state === "valid";
      line.now(cuff ? (tile.nibp?.text ?? "") : valid);
    }
  }

  _byRule() {
    const rules = [...new Set(this._lines.map((line) => line.setting.rule))];
    return rules.map((rule) => {
      const lines = this._lines.filter((line) => line.setting.rule === rule);
      const { named = "", priority = "" } = lines[0]?.setting ?? {};
      const head = make("h3", "", [`${named} ${priority} `, make("small", "", rule)]);
      mark(head, "priority", priority);
      return make("section", "limit-rule", [head, ...lines.map((line) => line.element)]);
    });
  }

  _changes() {
    const changed = this._lines.filter((line) => line.changed);
    return Object.fromEntries(changed.map((line) => [line.setting.key, line.told]));
  }

  _changed() {
    const any = this._lines.some((line) => line.changed);
    this._save.disabled = !any;
    write(this._said, any ? "Looking at the last half hour ..." : "");
    mark(this._said, "refused", "");
    window.clearTimeout(this._timer);
    this._asked += 1;
    if (any) this._timer = window.setTimeout(() => void this._foresee(), FORESEE_AFTER_MS);
  }

  async _foresee() {
    const asked = this._asked;
    let said;
    let refused = "";
    try {
      const seen = await this._acts.foresee(this._chair, this._session, this._changes());
      if (seen === null) return;
      const first = `With these limits the last ${seen.minutes} min would have had ${counted(seen.after, "alarm")}`;
      const as_now = seen.after === seen.before ? ", as with those in force" : `, not ${seen.before}`;
      said = [`${first}${as_now}.`, ...seen.hints].join(" ");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      said = error.message;
      refused = error.status === 409 ? "yes" : "";
    }
    if (asked !== this._asked) return;
    write(this._said, said);
    mark(this._said, "refused", refused);
    this._save.disabled = refused === "yes";
  }

  async _keep() {
    if (await this._acts.setLimits(this._chair, this._session, this._changes())) {
      this.element.close();
    }
  }
}
