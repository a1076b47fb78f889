/** What the service tells of a session's review, as types; see docs/api.md. */

/**
 * @typedef {object} SessionDetail
 * @property {string} id
 * @property {string} chair
 * @property {string} label
 * @property {string} patient
 * @property {string} mode
 * @property {string} date
 * @property {string} start
 * @property {string} end
 * @property {number} opened_ms
 * @property {number|null} closed_ms
 * @property {number|null} infusion_start_ms
 * @property {number|null} infusion_end_ms
 * @property {number} planned_minutes
 * @property {number} utc_offset_min
 * @property {{phase: string, from_ms: number, to_ms: number|null, time: string}[]} phases
 * @property {Told[]} facts in the order in which they happened
 */

/**
 * @typedef {object} Told What somebody did, as it stands, with both its times.
 * @property {number} at_ms when it happened
 * @property {string} time
 * @property {string} entered
 * @property {string} text
 * @property {string} actor
 * @property {boolean} manual
 * @property {boolean} withdrawn
 * @property {string[]} corrections
 */

/**
 * @typedef {object} ReviewBaseline
 * @property {string} origin
 * @property {boolean} stated for this review, by a clinician
 * @property {Record<string, number>} values
 * @property {string} bp
 * @property {string} hr
 * @property {string} spo2
 * @property {string[]} readings
 * @property {string} missing
 * @property {string} reason
 * @property {string} by
 * @property {string} name of the fact that stated it
 */

/**
 * @typedef {object} InRange
 * @property {string} label
 * @property {boolean} held by step-hold
 * @property {string} valid
 * @property {number} usual which band is as it should be
 * @property {{text: string, minutes: string, percent: number, width: number}[]} bands
 */

/**
 * @typedef {object} Figures
 * @property {number} left_out
 * @property {ReviewBaseline} baseline
 * @property {{label: string, text: string}[]} head
 * @property {InRange[]} in_range
 * @property {string[]} points_head
 * @property {string[][]} points
 * @property {string[]} table_head
 * @property {string[][]} table
 * @property {{from_ms: number, rr: string, sedation: string}[]} cells
 * @property {number} cell_ms
 * @property {string[]} burden_head
 * @property {string[][]} burden
 */

/**
 * @typedef {object} Infusion
 * @property {string} order
 * @property {string} given
 * @property {string} lasted
 * @property {{from_ms: number, to_ms: number|null, rate: string}[]} runs
 * @property {{at_ms: number, time: string, text: string}[]} steps
 */

/**
 * @typedef {object} Artefact
 * @property {string} name
 * @property {number} from_ms
 * @property {number} to_ms
 * @property {string[]} vitals
 * @property {string} cause
 * @property {string} span
 * @property {string} by
 * @property {string} marked
 */

/** @typedef {{vital: string, from_ms: number, to_ms: number, span: string, why: string}} Suggestion */

/**
 * @typedef {object} Added
 * @property {number|null} start_ms of the infusion
 * @property {number|null} stop_ms
 * @property {number} end_ms
 * @property {number} stored
 * @property {Record<string, import("./contract.js").Series>} series
 * @property {import("./contract.js").CuffReading[]} nibp
 * @property {{at_ms: number, time: string, text: string, manual: boolean, by: string}[]} events
 * @property {Infusion} infusion
 * @property {{at_ms: number, value: number|string}[]} sedation
 * @property {import("./contract.js").PastAlarm[]} alarms
 * @property {Artefact[]} artefacts
 * @property {{cause: string, by: string, at: string, marked_by: string}[]} undone
 * @property {Suggestion[]} suggestions
 * @property {Figures} without
 * @property {Figures|null} with
 * @property {Record<string, string>[]} table
 */

/** @typedef {SessionDetail & Added} Reviewed */

export {};
