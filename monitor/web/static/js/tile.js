/** One chair on the wall: built once, then only its texts and marks change. */

import { button, link, make, mark, write, writeEach } from "./dom.js";
import { Message } from "./message.js";
import { silenced } from "./silences.js";
import { NibpView, SlotView } from "./slot.js";

const LARGE = new Set(["HR", "PR", "SpO2"]);

export class TileView {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {string} chair
   */
  constructor(acts, chair) {
    this._acts = acts;
    this.chair = chair;
    this.element = make("article", "tile");
    mark(this.element, "chair", chair);
    this._link = link("tile-link", "", `/chair/${encodeURIComponent(chair)}`);
    this._label = make("span", "chair-label");
    this._patient = make("span", "patient");
    this._stands = make("span");
    this._planned = make("span", "planned");
    this._state = make("span", "chair-state", [this._stands, this._planned]);
    this._paused = make("span", "paused");
    this._going = make("span", "going");
    this._quiet = make("span", "quiet-marks");
    this._message = new Message();
    this._large = make("div", "large-slots");
    this._small = make("div", "small-slots");
    this._nibp = new NibpView();
    this._watcher = make("span", "who");
    this._watcher_id = make("span", "who-id");
    this._acknowledge = button("act", "ACK", () => this.acknowledge());
    this._pause = button("act", "PAUSE 2:00", () => this.pause());
    this._go = button("act go", "I'M GOING", () => this.go());
    /** @type {Map<string, SlotView>} */
    this._slots = new Map();
    /** @type {import("./contract.js").Tile|null} */
    this._tile = null;
    this._build();
  }

  _build() {
    const names = [this._label, this._patient, this._going, this._state, this._paused];
    const acts = make("div", "acts", [this._acknowledge, this._pause, this._go]);
    this.element.append(
      this._link,
      make("header", "tile-head", names),
      this._message.element,
      this._quiet,
      this._large,
      make("div", "cuff", [
        this._nibp.element,
        make("span", "watcher", [this._watcher, this._watcher_id]),
      ]),
      make("div", "tile-foot", [this._small, acts]),
      make("div", "lamp"),
    );
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this._tile = tile;
    mark(this.element, "state", tile.state);
    mark(this.element, "mode", tile.mode);
    mark(this.element, "priority", tile.priority);
    mark(this.element, "flash", tile.flash ? tile.priority : "");
    mark(this.element, "offline", tile.offline ? "yes" : "");
    write(this._label, tile.label);
    write(this._patient, tile.patient);
    const [stands = "", planned = ""] = stateOf(tile, "IV").split("/");
    write(this._stands, stands);
    write(this._planned, planned && `/${planned}`);
    mark(this._state, "halted", tile.halted ? "yes" : "");
    writeEach(this._paused, silenced(tile));
    mark(this._paused, "audio", tile.audio_paused ? "yes" : "");
    write(this._quiet, quietly(tile));
    write(this._going, tile.going);
    write(this._watcher, tile.watcher);
    write(this._watcher_id, tile.watcher_id);
    this._link.setAttribute("aria-label", spoken(tile));
    this._message.draw(tile.alarms);
    this._drawSlots(tile.slots, tile.session !== null);
    this._nibp.element.hidden = !tile.nibp;
    if (tile.nibp) this._nibp.draw(tile.nibp);
    this._acknowledge.disabled = !this._open();
    this._pause.disabled = !tile.sound;
  }

  /** The next alarm in a rotation. */
  turn() {
    this._message.turn();
  }

  /** Every value off the screen; the chair stays in its place. */
  blank() {
    this._tile = null;
    mark(this.element, "priority", "");
    mark(this.element, "flash", "");
    mark(this.element, "offline", "");
    this._message.draw([]);
    for (const slot of this._slots.values()) slot.blank();
    this._nibp.blank();
    writeEach(this._paused, []);
    const said = [this._patient, this._stands, this._planned, this._going, this._quiet];
    for (const part of [...said, this._watcher, this._watcher_id]) write(part, "");
    this._acknowledge.disabled = true;
    this._pause.disabled = true;
  }

  focus() {
    this._link.focus();
  }

  acknowledge() {
    const alarm = this._open();
    if (alarm) void this._acts.acknowledge(alarm.id);
  }

  pause() {
    if (this._tile?.sound) void this._acts.pause(this.chair);
  }

  go() {
    void this._acts.going(this.chair);
  }

  open() {
    this._link.click();
  }

  _open() {
    return this._tile?.alarms.find((alarm) => alarm.can_acknowledge);
  }

  /**
   * @param {import("./contract.js").Slot[]} slots
   * @param {boolean} seated
   */
  _drawSlots(slots, seated) {
    const wanted = slots.map((slot) => slot.vital).join();
    if (wanted !== [...this._slots.keys()].join()) this._layout(slots);
    for (const slot of slots) this._slots.get(slot.vital)?.draw(slot, seated);
  }

  /** @param {import("./contract.js").Slot[]} slots */
  _layout(slots) {
    this._slots = new Map();
    this._large.replaceChildren();
    this._small.replaceChildren();
    for (const slot of slots) {
      const large = LARGE.has(slot.vital);
      const view = new SlotView(large ? "large" : "small");
      this._slots.set(slot.vital, view);
      (large ? this._large : this._small).append(view.element);
    }
  }
}

/**
 * Where the chair stands and its clock; a pump that stands still says so in its state's place.
 * @param {import("./contract.js").Tile} tile
 * @param {string} pump what stands for the infusion, as short as there is room
 */
export function stateOf(tile, pump) {
  const state = tile.halted ? `${pump} ${tile.halted}` : tile.state;
  return tile.offline || [state, tile.clock].filter(Boolean).join(" ");
}

/**
 * What waits to be done and is no alarm; the cuff says so itself, beside its number.
 * @param {import("./contract.js").Tile} tile
 */
function quietly(tile) {
  const overdue = tile.due.filter((one) => one.overdue && one.name !== "NIBP");
  const changed = tile.session?.settings_changed;
  return [
    overdue.length ? `DUE ${overdue.map((one) => one.name).join(", ")}` : "",
    changed ? `SETTINGS CHANGED ${changed}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * The chair in one sentence, for those who hear the page.
 * @param {import("./contract.js").Tile} tile
 */
function spoken(tile) {
  const alarm = tile.alarms[0];
  const said = alarm ? `${tile.priority.toLowerCase()} alarm, ${alarm.text}` : "no alarm";
  return `Chair ${tile.label}, ${tile.offline || tile.state}, ${said}`;
}
