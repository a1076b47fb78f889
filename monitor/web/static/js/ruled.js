/** A table with a line for each alarm rule: its code, and what it says at a chair. */

import { make } from "./dom.js";
import { table } from "./table.js";

/**
 * @param {string} caption
 * @param {{head: string[], rows: string[][], says: Record<string, string>}} found
 */
export function ruleTable(caption, found) {
  const lines = found.rows.map(([rule = "", ...cells]) => {
    const named = make("span", "rule", [make("b", "", rule), make("small", "", found.says[rule] ?? "")]);
    return [named, ...cells];
  });
  return table(caption, found.head, lines);
}
