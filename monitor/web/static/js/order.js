/** The form of an order: what is to be given, and what follows from it while it is typed. */

import { make, write } from "./dom.js";
import { field, form } from "./sheet.js";

/**
 * @typedef {object} Given What a form begins with.
 * @property {string} drug
 * @property {number|null} minutes
 * @property {number} [concentration_mg_ml]
 * @property {number} [dose_mg]
 * @property {number|null} [weight_kg]
 * @property {string} [lot]
 */

/**
 * @param {Given} given
 * @param {() => void} entered
 */
export function orderForm(given, entered) {
  const drug = field("Drug", given.drug, { max: 40, required: true });
  const strength = number("Concentration, mg/ml", given.concentration_mg_ml, "any");
  const dose = number("Dose, mg", given.dose_mg, "any");
  const weight = number("Weight, kg (empty: not weighed)", given.weight_kg, "any", false);
  const length = number("Minutes", given.minutes, "1");
  const lot = field("Lot", given.lot ?? "", { max: 40 });
  const foreseen = make("p", "foreseen-order");
  foreseen.setAttribute("role", "status");
  const values = () => ({
    drug: drug.input.value,
    concentration_mg_ml: strength.input.valueAsNumber,
    dose_mg: dose.input.valueAsNumber,
    weight_kg: Number.isNaN(weight.input.valueAsNumber) ? null : weight.input.valueAsNumber,
    minutes: length.input.valueAsNumber,
    lot: lot.input.value,
  });
  const fields = [drug, strength, dose, weight, length, lot].map((one) => one.element);
  const element = form([...fields, foreseen], "ENTER ORDER", entered);
  element.addEventListener("input", () => write(foreseen, follows(values())));
  write(foreseen, follows(values()));
  return { element, values };
}

/**
 * What follows from an order while it is typed; the service reckons it again.
 * @param {{dose_mg: number, concentration_mg_ml: number, minutes: number, weight_kg: number|null}} order
 */
function follows({ dose_mg, concentration_mg_ml, minutes: planned, weight_kg }) {
  const ml = dose_mg / concentration_mg_ml;
  const rate = (ml * 60) / planned;
  if (!Number.isFinite(rate)) return "Dose, concentration and minutes give the pump's rate.";
  const by_weight = weight_kg ? `${(dose_mg / weight_kg).toFixed(2)} mg/kg, ` : "";
  return `${by_weight}${ml.toFixed(2)} ml at ${rate.toFixed(1)} ml/h`;
}

/**
 * A labelled number.
 * @param {string} label
 * @param {number|null|undefined} value
 * @param {string} step
 * @param {boolean} [required]
 */
export function number(label, value, step, required = true) {
  const one = field(label, String(value ?? ""), { type: "number", required });
  one.input.step = step;
  one.input.min = "0";
  return one;
}
