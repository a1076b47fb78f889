/** Building and changing the page, by text only: data never becomes markup. */

/**
 * Make an element with a class, optional text and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {string | (Node|string)[]} [content] text, or children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, className = "", content = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (typeof content === "string") element.textContent = content;
  else element.append(...content);
  return element;
}

/**
 * Put text into an element, touching the page only when it differs.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Set a data attribute, touching the page only when it differs.
 * @param {HTMLElement|SVGElement} element
 * @param {string} name
 * @param {string} value
 */
export function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/**
 * The element with this id; a page without it is broken and says so at once.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * A button for a finger in a glove; it acts on release inside.
 * @param {string} className
 * @param {string} text
 * @param {() => void} act
 * @returns {HTMLButtonElement}
 */
export function button(className, text, act) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/**
 * Words that each stay whole, one element for each.
 * @param {HTMLElement} place
 * @param {string[]} texts
 */
export function writeEach(place, texts) {
  while (place.children.length > texts.length) place.lastElementChild?.remove();
  while (place.children.length < texts.length) place.append(make("span"));
  [...place.children].forEach((one, at) => write(one, texts[at] ?? ""));
}

/**
 * A link.
 * @param {string} className
 * @param {string} text
 * @param {string} href
 * @returns {HTMLAnchorElement}
 */
export function link(className, text, href) {
  const element = make("a", className, text);
  element.href = href;
  return element;
}

/**
 * A table cell row.
 * @param {"td"|"th"} tag
 * @param {string[]} texts
 * @returns {HTMLTableRowElement}
 */
export function row(tag, texts) {
  const line = make("tr");
  for (const text of texts) {
    const cell = make(tag, "", text);
    if (tag === "th") cell.scope = "col";
    line.append(cell);
  }
  return line;
}

/**
 * Draw a place anew; who was at a button of it with the keyboard is at the same one after.
 * @param {HTMLElement} place
 * @param {() => void} draw
 */
export function redrawn(place, draw) {
  const before = place.contains(document.activeElement) ? document.activeElement : null;
  const alike = () =>
    [...place.querySelectorAll("button, a")].filter((one) => one.textContent === before?.textContent);
  const which = before ? alike().indexOf(before) : -1;
  draw();
  const after = which < 0 || before?.isConnected ? null : alike()[which];
  if (after instanceof HTMLElement) after.focus();
}
