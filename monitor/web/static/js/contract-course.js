/**
 * What the service says of journals and courses, to those who are signed in.
 *
 * @typedef {object} JournalDay
 * @property {number} day
 * @property {string} state later, due, done or overdue
 * @property {string} from
 * @property {string} due
 * @property {string} done when it was written, or ""
 * @property {number} [mood] what was written, for those who may read it
 * @property {string} [how]
 * @property {string} [text]
 *
 * @typedef {object} JournalLine
 * @property {string} session
 * @property {string} patient
 * @property {string} infusion the day of it
 * @property {string} phone
 * @property {string} state
 * @property {string} expires
 * @property {JournalDay[]} days
 * @property {string} called the last call, while none newer is called for
 *
 * @typedef {object} JournalList
 * @property {boolean} on whether this clinic keeps journals
 * @property {boolean} content whether who is signed in reads what was written
 * @property {string} as_of
 * @property {JournalLine[]} journals
 * @property {{session: string, patient: string, ended: string}[]} unopened
 *
 * @typedef {object} JournalLink
 * @property {string} link shown this once
 * @property {string[]} code rows of 0 and 1
 * @property {string} expires
 * @property {string[]} days
 *
 * @typedef {object} Lines minutes from the infusion's start, then values
 * @property {[number, number|null, number|null][]} bp
 * @property {[number, number, number][][]} hr
 * @property {[number, number, number][][]} spo2
 * @property {number|null} baseline
 * @property {number|null} end
 *
 * @typedef {object} Slot
 * @property {number} number
 * @property {string|null} session null: there is no such infusion (yet)
 * @property {boolean} open
 * @property {string} date
 * @property {string} start
 * @property {string} label
 * @property {Lines} lines
 * @property {string[]} cells
 * @property {string} plan
 * @property {string} note
 * @property {string} noted
 * @property {string} signed
 * @property {{by: string, text: string}[]} addenda
 *
 * @typedef {object} Course
 * @property {string} patient
 * @property {number} course
 * @property {number[]} courses
 * @property {{x: number[], bp: number[], hr: number[], spo2: number[]}} axes
 * @property {string[]} head
 * @property {boolean} may_sign
 * @property {Slot[]} slots
 */

export {};
