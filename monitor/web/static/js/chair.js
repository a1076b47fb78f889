/** One chair close by: numbers, alarms to acknowledge, trend, session. */

import { AlarmRow } from "./alarm-row.js";
import { ArrivalCard } from "./arrival.js";
import { CareCard } from "./care.js";
import { TurnOverCard } from "./closing.js";
import { byId, button, link, make, mark, write, writeEach } from "./dom.js";
import { LeavingPanel } from "./leaving.js";
import { LimitsDialog } from "./limits.js";
import { ROTATE_MS, inStep } from "./message.js";
import { MoveDialog } from "./moving.js";
import { EntriesCard } from "./entries.js";
import { SessionFeed } from "./feed.js";
import { EventsCard } from "./notes.js";
import { Panels } from "./panels.js";
import { SessionCard } from "./session-card.js";
import { Shell } from "./shell.js";
import { SilenceCard, SuspendDialog, silenced } from "./silences.js";
import { NibpView, SlotView } from "./slot.js";
import { stateOf } from "./tile.js";
import { PumpCard } from "./treatment.js";
import { TrendView } from "./trend.js";
import { WhyDialog } from "./why.js";

const CUFFS_SHOWN = 6;

class ChairPage {
  /**
   * @param {Shell} shell
   * @param {string} chair
   */
  constructor(shell, chair) {
    this._acts = shell.acts;
    this._chair = chair;
    this._label = make("h2", "chair-name", `CHAIR ${chair}`);
    this._patient = make("span", "patient");
    this._state = make("span", "chair-state");
    this._going = make("span", "going");
    this._watcher = make("span", "watched-by");
    this._paused = make("span", "paused");
    this._go = button("act", "I'M GOING", () => void this._acts.going(chair));
    this._why = new WhyDialog();
    this._ask = make("dialog", "seen-as");
    this._session_id = "";
    this._alarms = make("ul", "alarms");
    this._pause = button("act", "PAUSE SOUND 2:00", () => void this._acts.pause(chair));
    this._limits = new LimitsDialog(shell.acts, chair);
    this._setLimits = button("act", "LIMITS", () => void this._limits.open());
    this._numbers = make("div", "numbers");
    this._nibp = new NibpView();
    this._cuffs = make("ul", "cuffs");
    this._trend = new TrendView(chair, (trend) => this._drawCuffs(trend.nibp));
    this._session = new SessionCard(this._acts, chair);
    this._move = new MoveDialog(this._acts, chair);
    this._session.acts.append(this._move.open);
    this._silences = new SilenceCard(this._acts, chair);
    this._arrival = new ArrivalCard(shell.acts, () => shell.people.signedIn);
    this._care = new CareCard(shell.acts, () => shell.people.signedIn);
    this._leaving = new LeavingPanel(shell.acts, () => shell.people.signedIn);
    /** @type {import("./treatment.js").TreatmentFeed} */
    this._treatment = new SessionFeed(shell.acts, () => shell.people.signedIn, "treatment");
    this._events = new EventsCard(this._treatment);
    this._settings = make("p", "settings-changed");
    this._suspend = new SuspendDialog(this._acts, chair);
    const cuffs = make("section", "card", [make("h3", "", "Last NIBP"), this._cuffs]);
    const trend = make("div", "", [this._trend.element, cuffs]);
    this._panels = new Panels(trend, this._session.acts);
    /** @type {Map<string, SlotView>} */
    this._slots = new Map();
    /** @type {Map<string, AlarmRow>} */
    this._rows = new Map();
    this._build();
    setInterval(inStep, ROTATE_MS);
    document.addEventListener("keydown", (event) => this._press(event));
  }

  _build() {
    const back = link("back", "< Wall", "/");
    const who = make("div", "chair-who", [this._label, this._patient, this._watcher, this._going]);
    const acts = [this._setLimits, this._go, this._pause];
    const head = [back, who, this._paused, this._state, ...acts];
    const top = make("div", "chair-top", [
      make("div", "chair-head", head),
      this._settings,
      this._alarms,
      this._numbers,
    ]);
    const panels = this._panels;
    panels.add(["arrival"], new TurnOverCard(this._acts, this._chair));
    panels.add(["arrival"], this._session);
    panels.add(["arrival"], this._arrival);
    panels.add(["recovery"], this._leaving);
    panels.add(["infusion", "recovery", "notes"], this._events);
    panels.add(["infusion"], new PumpCard(this._treatment));
    panels.add(["arrival", "infusion", "recovery"], this._care);
    panels.add(["arrival", "infusion", "recovery"], this._silences);
    panels.add(["notes"], new EntriesCard(this._treatment));
    byId("chair").replaceChildren(
      top,
      panels.element,
      this._ask,
      this._suspend.element,
      this._move.element,
      this._limits.element,
    );
  }

  /** @param {import("./contract.js").Wall} wall */
  draw(wall) {
    const tile = wall.tiles.find((one) => one.chair === this._chair);
    mark(byId("chair"), "known", tile ? "yes" : "no");
    if (!tile) {
      write(this._state, "This clinic has no such chair: go back to the wall");
      return;
    }
    write(this._label, `CHAIR ${tile.label}`);
    write(this._patient, tile.patient);
    write(this._state, stateOf(tile, "INFUSION"));
    mark(this._state, "halted", tile.halted ? "yes" : "");
    write(this._settings, settingsSaid(tile.session));
    write(this._going, tile.going ? `${tile.going} is going` : "");
    write(this._watcher, tile.watcher ? `watched by ${tile.watcher}` : "");
    writeEach(this._paused, silenced(tile, "OWN LIMITS", "AUDIO PAUSED"));
    mark(byId("chair"), "offline", tile.offline ? "yes" : "");
    this._pause.disabled = !tile.sound;
    this._drawNumbers(tile);
    this._session_id = tile.session?.id ?? "";
    this._drawAlarms(tile.alarms);
    this._treatment.draw(tile);
    this._panels.draw(tile);
    this._setLimits.disabled = !tile.session;
    this._limits.draw(tile);
    this._move.draw(wall);
    this._trend.refresh();
    inStep();
  }

  blank() {
    for (const slot of this._slots.values()) slot.blank();
    this._nibp.blank();
    this._trend.blank();
    this._treatment.blank();
    this._panels.blank();
    this._cuffs.replaceChildren();
    this._drawAlarms([]);
    this._pause.disabled = this._setLimits.disabled = true;
    writeEach(this._paused, []);
    for (const part of [this._patient, this._state, this._going]) write(part, "");
    write(this._settings, "");
  }

  /** @param {import("./contract.js").Tile} tile */
  _drawNumbers(tile) {
    const wanted = [...tile.slots.map((slot) => slot.vital), tile.nibp ? "NIBP" : ""].join();
    if (this._numbers.dataset.holds !== wanted) this._layout(tile, wanted);
    const seated = tile.session !== null;
    for (const slot of tile.slots) this._slots.get(slot.vital)?.draw(slot, seated);
    if (tile.nibp) this._nibp.draw(tile.nibp);
  }

  /**
   * @param {import("./contract.js").Tile} tile
   * @param {string} wanted
   */
  _layout(tile, wanted) {
    mark(this._numbers, "holds", wanted);
    this._slots = new Map(tile.slots.map((slot) => [slot.vital, new SlotView("large")]));
    const views = [...this._slots.values()].map((view) => view.element);
    if (tile.nibp) views.splice(2, 0, this._nibp.element);
    this._numbers.replaceChildren(...views);
  }

  /** @param {import("./contract.js").OpenAlarm[]} alarms */
  _drawAlarms(alarms) {
    const ids = alarms.map((alarm) => alarm.id);
    for (const id of this._rows.keys()) if (!ids.includes(id)) this._rows.delete(id);
    for (const id of ids) if (!this._rows.has(id)) this._rows.set(id, this._row());
    const wanted = ids.flatMap((id) => this._rows.get(id)?.element ?? []);
    const same = wanted.length === this._alarms.children.length;
    if (!same || wanted.some((element, at) => this._alarms.children[at] !== element)) {
      this._alarms.replaceChildren(...wanted);
    }
    // In their place first: a message is as large as fits there.
    for (const alarm of alarms) this._rows.get(alarm.id)?.draw(alarm, this._session_id !== "");
  }

  _row() {
    const asked = {
      why: (/** @type {string} */ alarm) => void this._why.show(this._session_id, alarm),
      suspend: (/** @type {string} */ rule, /** @type {string} */ says) => this._suspend.ask(rule, says),
    };
    return new AlarmRow(this._acts, asked, this._ask);
  }

  /** @param {import("./contract.js").CuffReading[]} cuffs */
  _drawCuffs(cuffs) {
    const newest = cuffs.slice(-CUFFS_SHOWN).reverse();
    const items = newest.map((cuff) => {
      const text = cuff.valid ? `${cuff.systolic}/${cuff.diastolic}` : `-?- ${cuff.reason}`;
      const mean = cuff.valid && cuff.mean !== null ? `(${cuff.mean})` : "";
      return make("li", "", [make("span", "taken", cuff.time), ` ${text} `, mean]);
    });
    this._cuffs.replaceChildren(...(items.length ? items : [make("li", "", "none yet")]));
  }

  /** @param {KeyboardEvent} event */
  _press(event) {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") window.location.assign("/");
    if (localStorage.getItem("chairside.keys-off") === "yes") return;
    const acts = new Map([
      ["p", () => this._pause.click()],
      ["g", () => this._go.click()],
      ["l", () => this._setLimits.click()],
      ["a", () => this._firstRow()?.acknowledge()],
    ]);
    // What an event asks for in words does not begin with its key.
    if (/^\d$/.test(event.key) && this._events.press(event.key)) event.preventDefault();
    acts.get(event.key)?.();
  }

  _firstRow() {
    return [...this._rows.values()].find((row) => row.open);
  }
}

/** @param {import("./contract.js").SessionOnTile|null} session */
function settingsSaid(session) {
  if (!session?.settings_changed) return "";
  const since = `The clinic's settings changed at ${session.settings_changed} in this session`;
  return `${since}: ${session.settings_differ}`;
}

const chair = decodeURIComponent(window.location.pathname.split("/")[2] ?? "");
new Shell((shell) => new ChairPage(shell, chair), chair);
