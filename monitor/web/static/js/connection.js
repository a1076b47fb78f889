/**
 * One event stream from the service, kept open whatever happens.
 *
 * An EventSource alone is not enough: a stopped server leaves it OPEN without
 * an error for ever, and an HTTP 503 closes it for good. So each connection has
 * a generation number, a watchdog on the service's heartbeats, and is always
 * made anew by our own timer. Knows no page: it runs in a worker.
 */

/** Later than a page's own patience: a page that waits in vain turns first, then asks anew. */
export const WATCHDOG_MS = 6_000;
export const RETRY_MS = [500, 1_000, 2_000, 4_000, 5_000];
const EVENTS = ["snapshot", "delta", "alarm", "hb"];

/** @typedef {{generation: number, name: string, data: unknown}} StreamEvent */

export class Connection {
  /**
   * @param {string} url
   * @param {(event: StreamEvent) => void} deliver called for each event of the present generation
   */
  constructor(url, deliver) {
    this._url = url;
    this._deliver = deliver;
    this.generation = 0;
    /** how many connections were tried since the last snapshot */
    this.attempts = 0;
    /** @type {EventSource|null} */
    this._source = null;
    this._heard_ms = performance.now();
    this._retry_at_ms = 0;
  }

  /** Close what is open and open a new stream, of the next generation. */
  open() {
    this._source?.close();
    this.generation += 1;
    this.attempts += 1;
    this._retry_at_ms = 0;
    this._heard_ms = performance.now();
    const generation = this.generation;
    const source = new EventSource(this._url);
    this._source = source;
    for (const name of EVENTS) {
      source.addEventListener(name, (message) => this._hear(generation, name, message.data));
    }
    source.addEventListener("error", () => this._fail(generation));
  }

  /** Look at the clocks; call it several times a second. */
  check() {
    const now = performance.now();
    if (this._retry_at_ms > 0) {
      if (now >= this._retry_at_ms) this.open();
    } else if (now - this._heard_ms >= WATCHDOG_MS) {
      this.open();
    }
  }

  /** Milliseconds since the service was last heard. */
  silent_ms() {
    return performance.now() - this._heard_ms;
  }

  /**
   * @param {number} generation
   * @param {string} name
   * @param {string} text
   */
  _hear(generation, name, text) {
    if (generation !== this.generation) return;
    this._heard_ms = performance.now();
    if (name === "snapshot") this.attempts = 0;
    this._deliver({ generation, name, data: JSON.parse(text) });
  }

  /** @param {number} generation */
  _fail(generation) {
    if (generation !== this.generation || this._retry_at_ms > 0) return;
    this._source?.close();
    const pause = RETRY_MS[Math.min(this.attempts, RETRY_MS.length) - 1] ?? RETRY_MS[0] ?? 500;
    // Up to a tenth sooner, so that a ward of screens does not return in one step.
    this._retry_at_ms = performance.now() + pause * (1 - Math.random() / 10);
  }
}
