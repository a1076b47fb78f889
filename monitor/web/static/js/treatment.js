/** What was ordered and done at the pump of a chair's session; and where every card of it asks. */

import { button, make, mark, write } from "./dom.js";
import { number, orderForm } from "./order.js";
import { Refused, read } from "./server.js";
import { Sheet, form, timeField } from "./sheet.js";

const ASKED_EVERY_MS = 5_000;

/** @typedef {import("./contract-treatment.js").Treatment} Treatment */
/** @typedef {import("./contract-treatment.js").Order} Order */

/** One question to the service for all cards of a session's treatment. */
export class TreatmentFeed {
  /**
   * @param {import("./acts.js").Acts} acts
   * @param {() => boolean} signedIn
   */
  constructor(acts, signedIn) {
    this.acts = acts;
    this._signedIn = signedIn;
    this.session = "";
    this._asked_ms = 0;
    this._stands = "";
    /** @type {((told: Treatment|null, why: string) => void)[]} */
    this._listeners = [];
  }

  /** @param {(told: Treatment|null, why: string) => void} listener null: nothing is known, and why */
  listen(listener) {
    this._listeners.push(listener);
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    const session = tile.session?.id ?? "";
    const stands = [session, tile.state, tile.halted, this._signedIn()].join();
    if (stands !== this._stands) {
      this._stands = stands;
      if (session !== this.session) this._tell(null, "");
      this.session = session;
      this._asked_ms = 0;
    }
    if (!session) return;
    if (!this._signedIn()) this._tell(null, "Sign in to see and enter");
    else if (Date.now() - this._asked_ms > ASKED_EVERY_MS) void this.ask();
  }

  /** Nothing is known any more, and nothing old is shown. */
  blank() {
    this._stands = "";
    this._tell(null, "");
  }

  /**
   * Tell the service what somebody did, and show what follows from it.
   * @param {string} what the last part of its address
   * @param {import("./server.js").Act} act
   */
  async keep(what, act) {
    const session = encodeURIComponent(this.session);
    const done = await this.acts.keep(`/api/sessions/${session}/${what}`, act);
    if (done) await this.ask();
    return done;
  }

  async ask() {
    this._asked_ms = Date.now();
    const session = this.session;
    try {
      const told = await read(`/api/sessions/${encodeURIComponent(session)}/treatment`);
      if (session === this.session) this._tell(told, "");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (session === this.session) this._tell(null, error.message);
    }
  }

  /**
   * @param {Treatment|null} told
   * @param {string} why
   */
  _tell(told, why) {
    for (const listener of this._listeners) listener(told, why);
  }
}

/** @param {number|null} value @param {string} unit @param {number} [digits] */
function amount(value, unit, digits = 1) {
  return value === null ? `-- ${unit}` : `${value.toFixed(digits)} ${unit}`;
}

/** @param {import("./contract-treatment.js").Pump} pump */
function stands(pump) {
  if (pump.stopped) return `STOPPED ${pump.stopped}`;
  return pump.paused ? `PAUSED since ${pump.paused}` : `RUNNING since ${pump.started}`;
}

/** @param {number} seconds */
function minutes(seconds) {
  const whole = Math.floor(seconds / 60);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

export class PumpCard {
  /** @param {TreatmentFeed} feed */
  constructor(feed) {
    this._feed = feed;
    this._order = make("p", "order");
    this._state = make("p", "pump-state");
    this._facts = make("dl", "pump-facts");
    this._acts = make("div", "touch pump-acts");
    this._steps = make("ol", "pump-steps");
    this._sheet = new Sheet("treatment");
    this._write = button("act plain", "ORDER ...", () => void this._ask_order());
    this.element = make("section", "card pump", [
      make("h3", "", "Infusion"),
      this._order,
      this._state,
      this._facts,
      this._acts,
      make("p", "small", "Chairside commands no pump: enter here what you did at it."),
      this._steps,
      this._sheet.element,
    ]);
    /** @type {Treatment|null} */
    this._told = null;
    feed.listen((told, why) => this._show(told, why));
  }

  /** @param {import("./contract.js").Tile} tile */
  draw(tile) {
    this.element.hidden = !tile.session;
  }

  blank() {
    this._sheet.close();
  }

  /**
   * @param {Treatment|null} told
   * @param {string} why
   */
  _show(told, why) {
    this._told = told;
    write(this._order, told ? orderSaid(told.order) : why);
    mark(this._order, "missing", told && !told.order ? "yes" : "");
    if (!told) {
      for (const part of [this._facts, this._acts, this._steps]) part.replaceChildren();
      mark(this._acts, "holds", "");
      write(this._state, "");
      return;
    }
    this._showPump(told);
    const steps = told.pump.steps.map((step) => {
      const rate = step.rate_ml_h === null ? "" : ` ${amount(step.rate_ml_h, "ml/h")}`;
      return make("li", "", `${step.time} ${step.action}${rate}`);
    });
    this._steps.replaceChildren(...steps);
  }

  /** @param {Treatment} told */
  _showPump({ pump, order, planned_minutes }) {
    const planned = minutes((order?.minutes ?? planned_minutes) * 60);
    const ran = `${minutes(pump.elapsed_s)}/${planned}`;
    write(this._state, pump.started ? `${stands(pump)}  ${ran}` : "not started");
    mark(this._state, "halted", pump.started && !pump.running ? "yes" : "");
    const left = pump.remaining_s === null ? "--" : `${Math.ceil(pump.remaining_s / 60)} min`;
    const lines = [
      ["Rate", amount(pump.rate_ml_h, "ml/h")],
      ["Infused", amount(pump.infused_ml, "ml", 2)],
      ["Total", amount(pump.total_mg, "mg")],
      ["Remaining", `${amount(pump.remaining_ml, "ml", 2)}, ${left}`],
    ];
    this._facts.replaceChildren(
      ...lines.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]),
    );
    const unknown = Boolean(pump.started) && pump.infused_ml === null;
    const holds = [...pump.can, order ? "again" : "first", unknown].join();
    if (this._acts.dataset.holds === holds) return;
    mark(this._acts, "holds", holds);
    const acts = pump.can.map((action) => this._act(action));
    write(this._write, order ? "NEW ORDER ..." : "ORDER ...");
    const rate = button("act", "RATE AT THE START ...", () => this._ask_start());
    this._acts.replaceChildren(...acts, ...(unknown ? [rate] : []), this._write);
  }

  /** @param {string} action */
  _act(action) {
    if (action === "rate") return button("act", "RATE ...", () => this._ask_rate());
    return button("act", `${action.toUpperCase()} PUMP`, () => void this._pump(action));
  }

  /**
   * @param {string} action
   * @param {number|null} [rate_ml_h]
   */
  _pump(action, rate_ml_h = null) {
    return this._feed.keep("pump", { action, rate_ml_h });
  }

  _ask_rate() {
    const rate = number("Rate, ml/h", this._told?.pump.rate_ml_h ?? null, "0.1");
    const entered = async () => {
      if (await this._pump("rate", rate.input.valueAsNumber)) this._sheet.close();
    };
    this._sheet.open("The pump's rate from now on", [form([rate.element], "ENTER RATE", entered)]);
    rate.input.select();
  }

  /** The infusion was begun by its phase alone: at what rate, and when, is entered later. */
  _ask_start() {
    const given = this._told?.order?.rate_ml_h;
    const rate = number("Rate at the start, ml/h", given && Number(given.toFixed(2)), "any");
    const time = timeField(this._told?.pump.started ?? "");
    const entered = async () => {
      const said = { rate_ml_h: rate.input.valueAsNumber, happened: time.value() };
      if (await this._feed.keep("pump", { action: "start", ...said })) this._sheet.close();
    };
    this._sheet.open("The pump was started at", [
      form([rate.element, time.element], "ENTER START", () => void entered()),
    ]);
  }

  async _ask_order() {
    if (!(await this._feed.acts.ready())) return;
    const last = this._told?.order;
    const typical = { drug: this._told?.drug ?? "", minutes: this._told?.planned_minutes ?? null };
    const { element, values } = orderForm({ ...typical, ...last }, () => void entered());
    const entered = async () => {
      if (await this._feed.keep("order", values())) this._sheet.close();
    };
    this._sheet.open("Order", [element]);
  }
}

/** @param {Order|null} order */
function orderSaid(order) {
  if (!order) return "no order entered";
  const by_weight = order.dose_mg_kg === null ? "" : ` (${order.dose_mg_kg.toFixed(2)} mg/kg)`;
  const volume = `${order.volume_ml.toFixed(1)} ml of ${order.concentration_mg_ml} mg/ml`;
  const lot = order.lot ? `, lot ${order.lot}` : "";
  const given = `${order.drug} ${order.dose_mg} mg${by_weight} in ${order.minutes} min`;
  return `${given}: ${volume}${lot}. Ordered ${order.time} ${order.by}`;
}
