/** A dialog to enter things in: its title, what is entered, what is done with it, and a way out. */

import { button, make } from "./dom.js";

export class Sheet {
  /** @param {string} className */
  constructor(className = "") {
    this.element = make("dialog", `sheet ${className}`.trim());
  }

  /**
   * @param {string} title
   * @param {(Node|string)[]} body
   */
  open(title, body) {
    this.element.setAttribute("aria-label", title);
    const away = button("act plain", "Close", () => this.close());
    this.element.replaceChildren(make("h2", "", title), ...body, make("div", "sheet-foot", [away]));
    if (!this.element.open) this.element.showModal();
  }

  close() {
    this.element.close();
  }
}

/**
 * A form that does something when all in it is as it should be.
 * @param {(Node|string)[]} body
 * @param {string} act what its button says
 * @param {() => void} submit
 */
export function form(body, act, submit) {
  const keep = make("button", "act", act);
  keep.type = "submit";
  const element = make("form", "sheet-form", [...body, keep]);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  return element;
}

/**
 * A labelled field of text.
 * @param {string} label
 * @param {string} value
 * @param {{max?: number, required?: boolean, type?: string}} [as]
 */
export function field(label, value, { max = 60, required = false, type = "text" } = {}) {
  const input = make("input");
  input.type = type;
  input.value = value;
  if (type === "text" || type === "tel") input.maxLength = max;
  input.required = required;
  input.autocomplete = "off";
  return { input, element: make("label", "field", [label, input]) };
}

/**
 * A labelled box to tick.
 * @param {string} label
 * @param {boolean} checked
 */
export function tick(label, checked) {
  const input = make("input");
  input.type = "checkbox";
  input.checked = checked;
  return { input, element: make("label", "tick", [input, label]) };
}

/**
 * Buttons of which one is chosen; a group that keyboards go through by arrows.
 * @param {string} label
 * @param {string[]} choices
 * @param {string} chosen
 */
export function choice(label, choices, chosen) {
  const name = `choice-${crypto.randomUUID()}`;
  const inputs = choices.map((one) => {
    const input = make("input");
    input.type = "radio";
    input.name = name;
    input.value = one;
    input.checked = one === chosen;
    return input;
  });
  const labels = inputs.map((input) => make("label", "pick", [input, input.value]));
  const element = make("fieldset", "choice", [make("legend", "", label), ...labels]);
  return { element, value: () => inputs.find((one) => one.checked)?.value ?? "" };
}

/**
 * When something happened, by the clinic's clocks and in their 24 hours, whatever the browser has.
 * @param {string} time
 */
export function timeField(time) {
  const { input, element } = field("It happened at", time, { max: 8, required: true });
  input.pattern = "([01]?[0-9]|2[0-3]):?[0-5][0-9](:[0-5][0-9])?";
  input.title = "hours and minutes, such as 14:05 or 1405";
  const value = () => {
    const [, hour = "", rest = ""] = /^(\d{1,2}):?(\d{2}(?::\d{2})?)$/.exec(input.value) ?? [];
    return `${hour.padStart(2, "0")}:${rest}`;
  };
  return { input, element, value };
}
