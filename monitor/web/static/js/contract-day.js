/**
 * What the service sends of the day, the arrival and the shift, in types: docs/api.md is the
 * contract. No code.
 *
 * @typedef {object} Sitter
 * @property {string} person
 * @property {string} phone
 * @property {boolean} stays
 * @property {boolean} drives
 * @property {boolean} briefed
 * @property {string} by
 * @property {string} time
 */

/**
 * @typedef {object} Question
 * @property {string} id
 * @property {string} text
 * @property {"yes/no"|"text"} kind
 * @property {string} must
 * @property {string} answer "" while nobody answered
 */

/**
 * @typedef {object} Arrival
 * @property {string} session
 * @property {boolean} begun whether the infusion has
 * @property {string} seated
 * @property {number} infusion 0 where nobody counted
 * @property {number} course
 * @property {number} course_infusions
 * @property {Sitter|null} sitter
 * @property {{cuff: string, probe: string}|null} arms
 * @property {Question[]} questions
 * @property {{values: Record<string, number>, missing: string}} measured since the seat
 * @property {{values: Record<string, number>, missing: string, by: string, time: string}|null} confirmed
 * @property {{key: string, words: string, overridden: boolean}[]} holds
 * @property {{words: string, reason: string, by: string, time: string}[]} overrides
 * @property {string[]} missing
 */

/**
 * @typedef {object} DayRow A booking that waits, or a session of the day.
 * @property {string} patient_ref
 * @property {string} initials
 * @property {string} person "" where no names are kept
 * @property {string} born
 * @property {string} phone
 * @property {string} chair
 * @property {number} at_ms
 * @property {string} date
 * @property {string} time
 * @property {string} state booked, late, a phase, or left
 * @property {string} booking "" for who came without
 * @property {string} session "" while nobody is seated
 * @property {number} planned_minutes
 * @property {number} infusion
 * @property {number} course
 * @property {number} course_infusions
 * @property {string} sitter
 * @property {boolean} sitter_expected
 * @property {string[]} missing
 * @property {string} journal of the last session: done, due, overdue, later or ""
 */

/**
 * @typedef {object} KnownPatient One who is registered.
 * @property {string} patient_ref
 * @property {string} initials
 * @property {string} person "" where no names are kept
 */

/**
 * @typedef {object} DayChair
 * @property {string} chair
 * @property {string} label
 * @property {boolean} free
 * @property {string} watcher
 * @property {boolean} mine whether who is signed in watches it
 * @property {DayRow[]} rows
 */

/**
 * @typedef {object} Day
 * @property {string} day
 * @property {boolean} today
 * @property {string} before
 * @property {string} after
 * @property {string} as_of
 * @property {boolean} names whether the clinic keeps them
 * @property {{patient_ref: string, initials: string, session: string, called: boolean}[]} journals
 *   overdue ones
 * @property {DayChair[]} chairs
 */

/**
 * A chair without a patient has no `session` and `suggested` "empty".
 * @typedef {object} ShiftChair
 * @property {string} session
 * @property {string} chair
 * @property {string} label
 * @property {string} patient
 * @property {string} state
 * @property {string[]} alarms
 * @property {string[]} acknowledged
 * @property {string[]} limits
 * @property {string[]} due
 * @property {string} suggested
 * @property {string} watcher
 * @property {boolean} mine
 */

/**
 * @typedef {object} ShiftOffer
 * @property {string} name
 * @property {string} giver
 * @property {string} from
 * @property {string} offered
 * @property {string} date
 * @property {{label: string, severity: string}[]} chairs
 * @property {string} open
 * @property {string} limits
 * @property {string} due
 * @property {string} clinic alarms that are of no one chair
 * @property {string} to "" while nobody confirmed it
 * @property {string} taken
 * @property {boolean} waits
 */

/**
 * @typedef {object} Shift
 * @property {string} as_of
 * @property {string} me
 * @property {string[]} severities
 * @property {string[]} clinic
 * @property {ShiftChair[]} chairs
 * @property {ShiftOffer[]} offers
 */

export {};
