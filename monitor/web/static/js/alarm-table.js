/** Past alarms as a table: on the history page and under a session's chart. */

import { button, link, make, mark } from "./dom.js";
import { table } from "./table.js";

export const HEAD = [
  "Date",
  "Onset",
  "Duration",
  "Chair",
  "Alarm",
  "Worst",
  "Limit",
  "Acknowledged (after)",
  "As",
  "Paused",
  "State",
];

/** The states of an alarm in the words of the ward. */
const STATES = new Map([
  ["ACTIVE_UNACK", "active"],
  ["ACTIVE_ACK", "active, acknowledged"],
  ["LATCHED_UNACK", "over, not yet seen"],
  ["RESOLVED", "over"],
]);

/** @typedef {import("./contract.js").PastAlarm} PastAlarm */

/**
 * @param {string} caption
 * @param {PastAlarm[]} alarms
 * @param {import("./why.js").WhyDialog} why opened by the last cell of each line
 */
export function alarmTable(caption, alarms, why) {
  const lines = alarms.map((alarm) => {
    /** @type {(string|Node)[]} */
    const cells = texts(alarm);
    const badge = make("span", "badge", cells[4]?.toString() ?? "");
    mark(badge, "priority", alarm.priority);
    cells[4] = badge;
    const session = alarm.session && link("", alarm.label, `/review/${encodeURIComponent(alarm.session)}`);
    if (session) cells[3] = session;
    const ask = button("ask", "why", () => void why.show(alarm.session, alarm.id));
    ask.disabled = !alarm.session;
    return [...cells, ask];
  });
  return table(caption, [...HEAD, "Why"], lines);
}

/**
 * One alarm in the order of `HEAD`.
 * @param {PastAlarm} alarm
 * @returns {string[]}
 */
export function texts(alarm) {
  const after = alarm.acknowledged_after && ` (${alarm.acknowledged_after})`;
  return [
    alarm.date,
    alarm.onset,
    alarm.duration,
    alarm.label,
    `${alarm.marks} ${alarm.text}`,
    alarm.worst,
    alarm.limit,
    alarm.acknowledged_by ? `${alarm.acknowledged_by}${after}` : "not acknowledged",
    alarm.acknowledged_as,
    alarm.paused,
    STATES.get(alarm.state) ?? alarm.state,
  ];
}
