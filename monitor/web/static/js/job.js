/** Work of minutes that the service does for a page: how far it is, and its archive. */

import { counted } from "./counting.js";
import { link, make, write } from "./dom.js";
import { Refused, read } from "./server.js";

const LOOK_MS = 1_000;

/** @typedef {import("./contract.js").Job} Job */

/**
 * What is told of it.
 * @template {{job: Job|null}} T
 */
export class JobView {
  /**
   * @param {string} path where it is told how far it is; its archive is at `/file` below
   * @param {string} label of the bar
   * @param {(told: T) => void} drawn with each answer
   */
  constructor(path, label, drawn) {
    this._path = path;
    this._drawn = drawn;
    this._timer = 0;
    this._bar = make("progress");
    this._bar.setAttribute("aria-label", label);
    this._bar.hidden = true;
    this._said = make("p", "said-here");
    this._said.setAttribute("role", "status");
    this._file = make("p");
  }

  get elements() {
    return [this._bar, this._said, this._file];
  }

  /** @param {string} text */
  say(text) {
    write(this._said, text);
  }

  /** Nobody looks any more. */
  stop() {
    window.clearTimeout(this._timer);
  }

  async look() {
    this.stop();
    try {
      const told = /** @type {T} */ (await read(this._path));
      this._drawn(told);
      this._draw(told.job);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.say(error.message);
    }
  }

  /** @param {Job|null} job */
  _draw(job) {
    const runs = job !== null && !job.ended;
    this._bar.hidden = !runs;
    this._file.replaceChildren();
    if (job === null) return;
    this._bar.max = job.total;
    this._bar.value = job.done;
    const out = job.left_out.length ? `; left out: ${job.left_out.join("; ")}` : "";
    const count = `${job.done} of ${counted(job.total, "session")}${out}`;
    if (runs) {
      this.say(`${job.title}: ${count}`);
      this._timer = window.setTimeout(() => void this.look(), LOOK_MS);
    } else if (job.failed) {
      this.say(`${job.title} failed after ${count}: ${job.failed}`);
    } else {
      this.say(`${job.title}: ${count}${job.file ? ", ready" : ""}`);
      if (!job.file) return;
      const megabytes = (job.bytes / 1e6).toFixed(1);
      const file = link("csv", `Save ${job.file} (${megabytes} MB)`, `${this._path}/file`);
      file.download = job.file;
      this._file.replaceChildren(file);
    }
  }
}
