/**
 * What every page has: stream, header, sound, lost screen, acting person, alarm announcements.
 *
 * A page gives its own `draw` and `blank`; it holds no other connection.
 */

import { Acts } from "./acts.js";
import { Awake } from "./awake.js";
import { byId, write } from "./dom.js";
import { Header } from "./header.js";
import { Here } from "./here.js";
import { Night } from "./night.js";
import { LostScreen } from "./lost.js";
import { People } from "./people.js";
import { keepInSight } from "./sight.js";
import { SoundDesk } from "./sound-desk.js";
import { Sounder } from "./sound.js";
import { Stream } from "./stream.js";
import { Strip } from "./strip.js";

const ENDED = new Set(["RESOLVED", "LATCHED_UNACK"]);
const ENDED_RECENTLY_MS = 1_500;

/**
 * @typedef {object} Page
 * @property {(wall: import("./contract.js").Wall) => void} draw
 * @property {() => void} blank take every value off the page
 */

export class Shell {
  /**
   * @param {(shell: Shell) => Page} build
   * @param {string} [own] the chair whose alarms the page itself tells, with their buttons
   */
  constructor(build, own = "") {
    // What a page shows may be for staff alone: it goes in the moment they do.
    this.people = new People(() => this._drawSoon());
    this.acts = new Acts(this.people);
    this.sounder = new Sounder(() => this._drawSound());
    this._here = new Here(this.sounder);
    this._header = new Header();
    this._header.drawSound(this.sounder.state);
    this._header.lead(new SoundDesk(this.sounder, this.acts, this._here));
    this._lost = new LostScreen();
    this._night = new Night();
    this._strip = new Strip(this.acts, own);
    this._alert = byId("alert");
    this._ended_ms = -Infinity;
    this._loaded_version = "";
    this._frame = 0;
    this.page = build(this);
    keepInSight();
    this.stream = new Stream({
      show: (wall) => this._show(wall),
      beat: (beat, clock) => this._beat(beat, clock),
      alarm: (news) => this._announce(news),
      health: (health, silent_ms, attempts) => this._health(health, silent_ms, attempts),
      blank: () => this._blank(),
      returned: (from, to) => this._lost.returned(from, to),
    });
    new Awake((awake) => this._header.drawAwake(awake));
    keepLostPage();
  }

  /** @param {import("./contract.js").Wall} wall */
  _show(wall) {
    this._sound(wall);
    this._follow(wall);
    this._drawSoon();
  }

  _drawSoon() {
    if (!this._frame) this._frame = requestAnimationFrame(() => this._draw());
  }

  /** Draw the newest state once a frame, however many messages came. */
  _draw() {
    this._frame = 0;
    const wall = this.stream.wall;
    if (!wall) return;
    this._header.draw(wall);
    this._strip.draw(wall.strip);
    this.page.draw(wall);
  }

  _drawSound() {
    this._header?.drawSound(this.sounder.state);
    this._here?.report();
  }

  /** @param {import("./contract.js").Wall} wall */
  _sound(wall) {
    this.sounder.speak(["", this._here.id].includes(wall.speaker.sounds));
    const remind = wall.tiles.some((tile) =>
      tile.alarms.some((alarm) => alarm.state === "LATCHED_UNACK"),
    );
    const finish = performance.now() - this._ended_ms < ENDED_RECENTLY_MS;
    this.sounder.want(wall.sound, { finish, remind });
  }

  /**
   * A newer service is drawn by its own pages: load them when no alarm is open.
   * @param {import("./contract.js").Wall} wall
   */
  _follow(wall) {
    this._loaded_version ||= wall.version;
    if (wall.version !== this._loaded_version && !wall.strip.length) window.location.reload();
  }

  /**
   * @param {import("./contract.js").Beat} beat
   * @param {string} clock
   */
  _beat(beat, clock) {
    this._header.beat(beat.now_ms, clock);
    this._night.follow(clock);
    this._lost.beat();
    this.sounder.beat();
    this._here.beat();
  }

  /**
   * One spoken message for each onset of a medium or high alarm, none for values.
   * @param {import("./contract.js").AlarmNews} news
   */
  _announce(news) {
    if (ENDED.has(news.state)) this._ended_ms = performance.now();
    if (!news.begins) return;
    if (news.priority === this.stream.wall?.sound) this.sounder.restart();
    if (news.priority === "LOW") return;
    const chair = this.stream.wall?.tiles.find((tile) => tile.chair === news.chair);
    write(this._alert, `Chair ${chair?.label ?? news.chair}: ${news.priority} alarm, ${news.text}`);
  }

  /**
   * @param {import("./stream.js").Health} health
   * @param {number} silent_ms
   * @param {number} attempts
   */
  _health(health, silent_ms, attempts) {
    this._lost.draw(health, silent_ms, attempts, this.stream?.contact ?? "");
    if (health !== "lost") return;
    // An open dialog lies above everything: nothing may stand before MONITORING LOST.
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    this.sounder.lose();
  }

  _blank() {
    this._header.blank();
    this._strip.draw([]);
    this.page.blank();
  }
}

/** Let the browser keep what tells that no service answers; only a secure context can. */
function keepLostPage() {
  const worker = document.body.dataset.worker ?? "";
  // Refused, the browser's own error stands there instead: nothing here is worse for it.
  navigator.serviceWorker?.register(worker).catch(() => undefined);
}
