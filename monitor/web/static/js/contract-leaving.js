/**
 * What the service sends of the way out, in types: docs/api.md is the contract. No code.
 */

/**
 * @typedef {object} AgainstBaseline A vital sign now, beside what is usual for this patient.
 * @property {string} vital
 * @property {string} label
 * @property {number|null} now
 * @property {number|null} baseline
 * @property {number|null} percent
 */

/**
 * @typedef {object} OnTheWay Where a patient stands on the way out.
 * @property {string} session
 * @property {string} chair
 * @property {string} label
 * @property {string} patient
 * @property {string} phase
 * @property {string} as_of
 * @property {number|null} minutes since the end of the infusion
 * @property {boolean|null} ready null outside RECOVERY
 * @property {{name: string, said: string, holds: boolean, since: string}[]} checks
 * @property {string} expected when time alone will have opened the gate
 * @property {AgainstBaseline[]} vitals
 */

/**
 * @typedef {object} ScorePart An item of a recovery score; nobody goes who has less than `full`.
 * @property {string} name
 * @property {string[]} words what 2, 1 and 0 points are given for
 * @property {boolean} full
 */

/**
 * @typedef {object} HandOverAsked What the hand-over to the sitter asks for, as far as it is known.
 * @property {{id: string, text: string}[]} advice
 * @property {string} sitter
 * @property {number|null} next_ms when the patient is booked next
 * @property {number|null} journal_due_ms
 * @property {number} utc_offset_min of the clinic's clocks
 */

/**
 * @typedef {object} LeavingMore
 * @property {string} score the score in use; "" for none
 * @property {ScorePart[]} parts its items
 * @property {HandedOver|null} handed_over
 * @property {string} held_by what still holds the patient back; "" for nothing
 */

/** @typedef {OnTheWay & HandOverAsked & LeavingMore} Leaving */

/**
 * @typedef {object} HandedOver
 * @property {string} sitter
 * @property {string[]} points
 * @property {string} next
 * @property {string} journal_due
 * @property {string} time
 * @property {string} by
 */

/**
 * @typedef {object} RecoveryBoard
 * @property {string} as_of
 * @property {OnTheWay[]} chairs
 * @property {{chair: string, label: string, kept: string[], reason: string}[]} not_turned_over
 */

export {};
