/** What was ordered and done at the pump of a chair's session. */

import { button, make, mark, write } from "./dom.js";
import { number, orderForm } from "./order.js";
import { Sheet, form, timeField } from "./sheet.js";

/** @typedef {import("./contract-treatment.js").Treatment} Treatment */
/** @typedef {import("./feed.js").SessionFeed<Treatment>} TreatmentFeed */
/** @typedef {import("./contract-treatment.js").Order} Order */

/** @param {number|null} value @param {string} unit @param {number} [digits] */
function amount(value, unit, digits = 1) {
  return value === null ? `-- ${unit}` : `${value.toFixed(digits)} ${unit}`;
}

/** @param {import("./contract-treatment.js").Pump} pump */
function stands(pump) {
  if (pump.stopped) return `STOPPED ${pump.stopped}`;
  return pump.paused ? `PAUSED since ${pump.paused}` : `RUNNING since ${pump.started}`;
}

/**
 * What only the phases say of the pump, so that it is asked for: its rate, or when it was stopped.
 * @param {import("./contract-treatment.js").Pump} pump
 */
function leftUnsaid(pump) {
  const unknown = pump.started && pump.infused_ml === null ? ["start"] : [];
  const ended = pump.stopped && !pump.steps.some((one) => one.action === "stop") ? ["stop"] : [];
  return [...unknown, ...ended];
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
    const unsaid = leftUnsaid(pump);
    const holds = [...pump.can, order ? "again" : "first", ...unsaid].join();
    if (this._acts.dataset.holds === holds) return;
    mark(this._acts, "holds", holds);
    const acts = pump.can.map((action) => this._act(action));
    write(this._write, order ? "NEW ORDER ..." : "ORDER ...");
    const later = unsaid.map((one) =>
      one === "start"
        ? button("act", "RATE AT THE START ...", () => this._ask_start())
        : button("act", "STOPPED AT ...", () => this._ask_stop()),
    );
    this._acts.replaceChildren(...acts, ...later, this._write);
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

  /** The infusion was ended by its phase alone: when the pump was stopped is entered later. */
  _ask_stop() {
    const time = timeField(this._told?.pump.stopped ?? "");
    const entered = async () => {
      const said = { action: "stop", happened: time.value() };
      if (await this._feed.keep("pump", said)) this._sheet.close();
    };
    this._sheet.open("The pump was stopped at", [
      form([time.element], "ENTER STOP", () => void entered()),
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
