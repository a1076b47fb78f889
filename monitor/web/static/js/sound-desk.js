/** Two short dialogs: which display sounds, and whether somebody heard the sound test. */

import { button, make } from "./dom.js";
import { Refused, read } from "./server.js";

/** @typedef {{id: string, name: string, able: boolean, sounds: boolean, hidden: boolean, seen_s: number}} Listed */

export class SoundDesk {
  /**
   * @param {import("./sound.js").Sounder} sounder
   * @param {import("./acts.js").Acts} acts
   * @param {import("./here.js").Here} here
   */
  constructor(sounder, acts, here) {
    this._sounder = sounder;
    this._acts = acts;
    this._here = here;
    this._dialog = make("dialog", "sound-desk");
    document.body.append(this._dialog);
  }

  /** A touch turns this display's sound on; where it is on, the displays are listed. */
  async press() {
    this._sounder.unlock();
    if (this._sounder.state === "locked" || this._sounder.state === "none") return;
    try {
      const { displays } = await read("/api/sound");
      this._list(displays);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this._acts.say(error.message);
    }
  }

  /**
   * Play all three priorities, then ask whoever listened.
   * @param {string} last what came of the last test, and what to do then
   */
  test(last) {
    this._sounder.test();
    const answer = (/** @type {string} */ text, /** @type {boolean} */ heard) =>
      button("act", text, () => {
        this._dialog.close();
        void this._acts.soundTested(this._here.id, heard);
      });
    this._open("Sound test", [
      make("p", "last-test", last),
      make("p", "", "One pulse, then three, then ten. Was every sound heard in the whole room?"),
      make("div", "choices", [
        answer("ALL HEARD", true),
        answer("NOT HEARD", false),
        button("act", "PLAY AGAIN", () => void this._sounder.test()),
        this._away(),
      ]),
    ]);
  }

  /** @param {Listed[]} displays */
  _list(displays) {
    const choices = displays.map((one) => {
      const sounds = one.sounds ? "sounds now" : one.able ? "can sound" : "silent";
      const state = one.able && one.hidden ? `${sounds}, hidden` : sounds;
      const own = one.id === this._here.id ? ", this display" : "";
      const choice = button("act", `${one.name}: ${state}${own}`, () => {
        this._dialog.close();
        void this._acts.chooseSpeaker(one.id);
      });
      choice.disabled = one.sounds;
      return choice;
    });
    this._open("Which display sounds?", [
      make("p", "", "One sounds, so that its rhythm is heard. The next takes over after 10 s."),
      make("div", "choices", [...choices, this._away()]),
    ]);
  }

  _away() {
    return button("act plain", "Cancel", () => this._dialog.close());
  }

  /**
   * @param {string} title
   * @param {Node[]} content
   */
  _open(title, content) {
    this._dialog.setAttribute("aria-label", title);
    this._dialog.replaceChildren(make("h2", "", title), ...content);
    if (!this._dialog.open) this._dialog.showModal();
  }
}
