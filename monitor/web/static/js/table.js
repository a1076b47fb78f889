/** Tables of the past: built from texts, saved as CSV. */

import { link, make, mark, row } from "./dom.js";

/**
 * A table with a caption and a head.
 * @param {string} caption
 * @param {string[]} head
 * @param {(string|Node)[][]} lines
 * @returns {HTMLTableElement}
 */
export function table(caption, head, lines) {
  const body = make("tbody");
  for (const line of lines) {
    const cells = line.map((cell) => make("td", "", typeof cell === "string" ? cell : [cell]));
    cells.forEach((cell, at) => mark(cell, "head", head[at] ?? ""));
    body.append(make("tr", "", cells));
  }
  const top = make("thead", "", [row("th", head)]);
  return make("table", "", [make("caption", "", caption), top, body]);
}

/**
 * A link that saves a table's texts as CSV.
 * @param {string} name of the file
 * @param {string[]} head
 * @param {string[][]} lines
 * @returns {HTMLAnchorElement}
 */
export function csvLink(name, head, lines) {
  const text = [head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
  const file = new Blob(["\ufeff", text, "\r\n"], { type: "text/csv;charset=utf-8" });
  const save = link("csv", "CSV", "#");
  save.download = name;
  save.addEventListener("click", () => {
    save.href = URL.createObjectURL(file);
    setTimeout(() => URL.revokeObjectURL(save.href), 1_000);
  });
  return save;
}

/**
 * A spreadsheet takes cells that begin with these for formulas.
 * @param {string} text
 */
function cell(text) {
  const plain = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !plain && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
