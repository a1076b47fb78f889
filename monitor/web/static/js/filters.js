/** Fields by which stored sessions and alarms are looked for: what they are called, what they say. */

import { make } from "./dom.js";

/** @typedef {HTMLInputElement|HTMLSelectElement} Field */
/** @typedef {Record<string, Field>} Fields */

/**
 * @param {string} type
 * @param {string} [placeholder]
 */
export function input(type, placeholder = "") {
  const field = make("input");
  field.type = type;
  if (placeholder) field.placeholder = placeholder;
  return field;
}

/**
 * Offer these values and "all"; what was chosen stays while it is among them.
 * @param {Field|undefined} select
 * @param {string[][]} values each with its words
 */
export function fill(select, values) {
  if (!(select instanceof HTMLSelectElement)) return;
  const was = select.value;
  const options = [["", "all"], ...values].map(([value, words]) => {
    const option = make("option", "", words ?? "");
    option.value = value ?? "";
    return option;
  });
  select.replaceChildren(...options);
  select.value = values.some(([value]) => value === was) ? was : "";
}

/**
 * Each field with its name.
 * @param {Fields} fields
 * @param {Record<string, string>} names
 * @returns {HTMLLabelElement[]}
 */
export function labelled(fields, names) {
  return Object.entries(fields).map(([key, field]) => {
    field.name = key;
    const name = names[key] ?? key;
    const tick = field.type === "checkbox";
    return make("label", tick ? "tick" : "", tick ? [field, ` ${name}`] : [`${name} `, field]);
  });
}

/**
 * What the fields say, without those that say nothing.
 * @param {Fields} fields
 */
export function wanted(fields) {
  const said = new URLSearchParams();
  for (const [key, field] of Object.entries(fields)) {
    const tick = field instanceof HTMLInputElement && field.type === "checkbox";
    if (tick ? field.checked : field.value) said.set(key, tick ? "true" : field.value);
  }
  return said;
}

/**
 * Let the fields say this, and nothing else.
 * @param {Fields} fields
 * @param {URLSearchParams} said
 */
export function recall(fields, said) {
  for (const [key, field] of Object.entries(fields)) {
    const tick = field instanceof HTMLInputElement && field.type === "checkbox";
    if (tick) field.checked = said.get(key) === "true";
    else field.value = said.get(key) ?? "";
  }
}
