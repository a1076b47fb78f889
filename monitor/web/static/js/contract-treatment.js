/**
 * What the service sends of a session's treatment and notes, in types: docs/api.md is the
 * contract. No code.
 *
 * @typedef {object} Order What is to be given.
 * @property {string} drug
 * @property {number} concentration_mg_ml
 * @property {number} dose_mg
 * @property {number|null} weight_kg
 * @property {number|null} dose_mg_kg
 * @property {number} minutes
 * @property {string} lot
 * @property {number} volume_ml
 * @property {number} rate_ml_h
 * @property {string} time
 * @property {string} by
 */

/**
 * @typedef {object} Pump What staff did at it, and what follows; amounts are null where unknown.
 * @property {string[]} can what can be done next
 * @property {number|null} rate_ml_h
 * @property {boolean} running
 * @property {string} started "" for not yet, like the next two
 * @property {string} paused
 * @property {string} stopped
 * @property {number} elapsed_s without pauses
 * @property {number|null} infused_ml
 * @property {number|null} total_mg
 * @property {number|null} remaining_ml
 * @property {number|null} remaining_s
 * @property {{action: string, rate_ml_h: number|null, time: string}[]} steps
 */

/**
 * @typedef {object} EventKind
 * @property {string} name
 * @property {string} key a digit, or ""
 * @property {string[]} grades
 * @property {number|null} every_minutes
 */

/**
 * @typedef {object} Entry Something that staff entered, as it stands.
 * @property {string} name by what it is corrected
 * @property {string} kind
 * @property {string} said
 * @property {string} text free words
 * @property {string} time when it happened
 * @property {string} entered
 * @property {number} entered_ms
 * @property {string} by
 * @property {boolean} manual
 * @property {boolean} withdrawn
 * @property {string} event
 * @property {string} grade
 * @property {string[]} grades
 * @property {(Seen & {value: string|number, person: string})|null} seen at the chair, where it was
 * @property {boolean} correctable
 * @property {string[]} corrections
 * @property {boolean} markable whether it may be an adverse event
 * @property {Adverse|null} adverse what was said of it as one
 */

/**
 * @typedef {object} Adverse
 * @property {string} name by what it is taken back
 * @property {string} seriousness
 * @property {string[]} done
 * @property {string} outcome
 * @property {string} text free words
 * @property {string} said all of it in a line, with who said it
 */

/**
 * @typedef {object} Seen What can be seen at the chair: one of its words, or a number in steps.
 * @property {string} item
 * @property {string[]} choices
 * @property {number} low
 * @property {number} high
 * @property {number} step 0 for what is not entered by itself
 */

/**
 * @typedef {object} Treatment
 * @property {string} session
 * @property {string} as_of
 * @property {number} as_of_ms
 * @property {string} drug what is usually given here
 * @property {number} planned_minutes
 * @property {Order|null} order
 * @property {Pump} pump
 * @property {EventKind[]} events
 * @property {{vital: string, label: string, unit: string}[]} charted what can be entered by hand
 * @property {{seriousness: string[], done: string[], outcome: string[]}} harms words for one
 * @property {Seen[]} seen what can be entered as seen earlier
 * @property {{item: string, parts: import("./contract-leaving.js").ScorePart[]}[]} scores
 * @property {import("./contract-leaving.js").HandOverAsked|null} hand_over null before the infusion's end
 * @property {boolean} signed the report is: addenda alone come after that
 * @property {string} latest the time a late entry is offered with
 * @property {Entry[]} entries the newest first
 */

export {};
