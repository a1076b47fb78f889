/**
 * The JSON of the service, as types: what the stream and the API give.
 *
 * Every text is ready to draw and every state is decided by the service; a page
 * only puts them in their place. Times are milliseconds since 1970 (`_ms`).
 */

/** @typedef {"HIGH"|"MEDIUM"|"LOW"|""} Priority */
/** @typedef {"valid"|"questionable"|"invalid"|"ageing"|"stale"|"waiting"} ValueState */
/** @typedef {{low: string, high: string}} Limits */

/**
 * @typedef {object} Slot One continuous value of a chair.
 * @property {string} vital
 * @property {string} label
 * @property {string} unit
 * @property {string} text
 * @property {ValueState} state
 * @property {string} note
 * @property {Limits} limits
 * @property {string} arrow
 * @property {Priority} priority
 * @property {string} source
 * @property {boolean} pending beyond a limit, and its delay is still running
 */

/**
 * @typedef {object} Nibp The last cuff reading of a chair: a point in time.
 * @property {string} text
 * @property {string} mean
 * @property {string} change from the patient's baseline, "" where it is not known
 * @property {string} time
 * @property {string} age
 * @property {string} next
 * @property {ValueState} state
 * @property {string} note
 * @property {Priority} priority
 * @property {Limits} limits
 */

/**
 * @typedef {object} OpenAlarm
 * @property {string} id
 * @property {Priority} priority
 * @property {string} state
 * @property {string} marks
 * @property {string} text
 * @property {string} onset
 * @property {number} onset_ms
 * @property {string} acknowledged
 * @property {boolean} superseded
 * @property {boolean} technical
 * @property {string} condition
 * @property {boolean} can_acknowledge
 * @property {boolean} can_suspend
 * @property {boolean} can_end no usable data come of it, and a person may end it
 * @property {string} suspended until when it is silent
 */

/**
 * @typedef {object} SessionOnTile
 * @property {string} id
 * @property {string} phase
 * @property {number} since_ms
 * @property {string[]} next_phases
 * @property {string[]} limits_set limits and on-delays that are not the preset's
 * @property {string} settings_changed since when the clinic's settings are others; "" for never
 * @property {string} settings_differ and what of them differs
 */

/** @typedef {{name: string, text: string, overdue: boolean}} Due Something to be done at a chair. */

/**
 * @typedef {object} Setting A limit, or an on-delay in seconds, that can be set for a session.
 * @property {string} key
 * @property {string} rule
 * @property {string} named what the rule watches for, as staff say it
 * @property {string} vital "" for an on-delay
 * @property {string} label
 * @property {string} unit
 * @property {boolean} high a limit that must not be exceeded
 * @property {Priority} priority
 * @property {number} preset
 * @property {number} value in force now
 * @property {number} low_end
 * @property {number} high_end
 * @property {number} step
 */

/**
 * @typedef {object} CareEntry One item that is entered at a chair, with its newest entry.
 * @property {string} item
 * @property {string[]} choices
 * @property {number} low
 * @property {number} high
 * @property {number} step 0 where there are choices
 * @property {number|string|null} value
 * @property {string} person
 * @property {string} time
 * @property {string} by
 */

/**
 * @typedef {object} BaselineAgain What it would be by what counts as measured before the infusion.
 * @property {Record<string, number>} values by vital sign
 * @property {string} missing
 * @property {string} how it was measured again
 * @property {string} why the one there was is in doubt
 */

/**
 * @typedef {object} Care
 * @property {string} as_of
 * @property {CareEntry[]} entries
 * @property {BaselineAgain|null} baseline_again while the baseline is in doubt
 * @property {string} sedation_due
 * @property {boolean} sedation_overdue
 * @property {string} news2
 * @property {string[]} news2_missing
 * @property {Record<string, number|null>} baseline
 * @property {string} baseline_missing
 * @property {boolean} baseline_waived
 */

/**
 * @typedef {object} SessionDevices
 * @property {number} from_ms
 * @property {number} to_ms
 * @property {{device: string, readings: number}[]} measured
 * @property {string[]} known
 * @property {{device: string, instead: string, from: string, to: string, reason: string, by: string, at: string}[]} corrections
 */

/**
 * @typedef {object} Foreseen Alarms of the last minutes, as it was and under other limits.
 * @property {number} minutes
 * @property {number} before
 * @property {number} after
 * @property {{rule: string, before: number, after: number}[]} rules
 * @property {string[]} hints
 */

/**
 * @typedef {object} Tile All that is shown of one chair.
 * @property {string} chair
 * @property {string} label
 * @property {string} state
 * @property {string} offline
 * @property {string} patient
 * @property {string} mode
 * @property {SessionOnTile|null} session
 * @property {string} clock
 * @property {string} halted `PAUSED 14:31` while the pump stands still, else ""
 * @property {Due[]} due
 * @property {Slot[]} slots
 * @property {Nibp|null} nibp
 * @property {OpenAlarm[]} alarms
 * @property {string} audio_paused
 * @property {{rule: string, left: string}[]} suspended rules that make no sound here
 * @property {string} standby how long the chair still stands by
 * @property {string} going who is on the way to the chair
 * @property {string} watcher who watches it, "" for nobody
 * @property {string} watcher_id
 * @property {Priority} sound
 * @property {Priority} priority
 * @property {boolean} flash
 */

/** @typedef {{chair: string, priority: Priority, text: string, id: string}} Told */
/** @typedef {Told & {condition: string, can_suspend: boolean, suspended: string}} StripEntry */
/** @typedef {{level: string, brief: string, text: string}} StatusLine */

/**
 * @typedef {object} Speaker Which display sounds; names of displays, "" for none.
 * @property {string} sounds the id of the one that does; "" when each sounds for itself
 * @property {string} name
 * @property {string} backup
 * @property {string} silent the display that should sound and does not
 * @property {string} tested
 * @property {string} remedy what to do where not every sound of the last test was heard
 * @property {boolean} tested_today
 * @property {boolean} unheard not every sound of the last test was heard
 */
/** @typedef {{id: string, name: string, role: string}} Person */

/**
 * @typedef {object} Who Who is signed in at this page, and who could be by PIN.
 * @property {Person|null} person
 * @property {"pin"|"password"|null} method
 * @property {number} left_s until it ends without another act
 * @property {string[]} may
 * @property {{id: string, name: string}|null} display the enrolled display this is
 * @property {boolean} pin_is_enough
 * @property {Person[]} staff
 * @property {string} published_pin of a demo; "" in a clinic
 */

/**
 * @typedef {object} Wall
 * @property {number} now_ms
 * @property {string} clock
 * @property {string} clinic
 * @property {string} mode
 * @property {string} counts
 * @property {Tile[]} tiles
 * @property {StripEntry[]} strip
 * @property {Priority} sound
 * @property {Speaker} speaker
 * @property {StatusLine[]} status
 * @property {string} version
 */

/**
 * @typedef {object} Delta What changed since the last message; `tiles` holds only changed ones.
 * @property {number} now_ms
 * @property {string} clock
 * @property {Tile[]} tiles
 * @property {StripEntry[]} [strip] absent while it stays the same
 * @property {Priority} sound
 * @property {Speaker} speaker
 * @property {StatusLine[]} status
 * @property {string} counts
 * @property {string} mode
 */

/**
 * @typedef {object} AlarmNews One step of one alarm, told as it happens.
 * @property {string} id
 * @property {string} chair
 * @property {Priority} priority
 * @property {string} state
 * @property {string} text
 * @property {string} reason
 * @property {boolean} begins from this step on it sounds, or sounds anew
 * @property {number} at_ms
 */

/** @typedef {{now_ms: number, seq: number}} Beat */

/** @typedef {{at_ms: number[], values: (number|null)[], quality?: number[]}} Series */

/**
 * @typedef {object} CuffReading
 * @property {number} at_ms
 * @property {string} time
 * @property {number|null} systolic
 * @property {number|null} diastolic
 * @property {number|null} mean
 * @property {boolean} valid
 * @property {string} reason
 * @property {boolean} artefact marked as one, then `valid` is false
 * @property {boolean} manual measured by hand
 * @property {number|null} marked_systolic of an artefact
 * @property {number|null} marked_diastolic
 */

/**
 * @typedef {object} Trend
 * @property {string} chair
 * @property {number} from_ms
 * @property {number} to_ms
 * @property {Record<string, Series>} series
 * @property {CuffReading[]} nibp
 */

/**
 * @typedef {object} PastAlarm One line of the alarm history.
 * @property {string} id
 * @property {string} session
 * @property {string} chair
 * @property {string} label
 * @property {string} patient
 * @property {Priority} priority
 * @property {string} marks
 * @property {string} text
 * @property {boolean} technical
 * @property {string} onset
 * @property {string} date
 * @property {number} onset_ms
 * @property {string} duration
 * @property {number|null} ended_ms
 * @property {string} state
 * @property {string} worst
 * @property {string} limit
 * @property {string} acknowledged_by
 * @property {string} acknowledged_after
 * @property {string} acknowledged_as
 * @property {string} paused
 */

/**
 * @typedef {object} Why What an alarm rests on, and every step it took.
 * @property {string} id
 * @property {string} condition
 * @property {string} rule what the rule says is the matter, in words
 * @property {string} unit of its limit and its values
 * @property {string} preset
 * @property {string} message
 * @property {number|null} limit
 * @property {number|null} baseline
 * @property {string} onset
 * @property {number} fired_count
 * @property {{vital: string, label: string, time: string, value: number,
 *   unit: string}[]} fired_by
 * @property {{time: string, happened: string, stands: string, priority: string,
 *   value: number|null, limit: number|null, actor: string, note: string}[]} steps
 */

/**
 * @typedef {object} SessionLine One line of the list of sessions.
 * @property {string} id
 * @property {string} chair
 * @property {string} label
 * @property {string} patient
 * @property {string} phase
 * @property {string} date
 * @property {string} start
 * @property {string} end
 * @property {string} duration
 * @property {number} planned_minutes
 * @property {string} alarms
 * @property {boolean} open
 * @property {number|null} infusion which of the course
 * @property {string} rise systolic peak over the baseline
 * @property {string} lowest_spo2
 * @property {string} ready how long after the infusion
 * @property {boolean} signed
 */

/**
 * @typedef {object} Exports The formats there are, and how far the last course or month is.
 * @property {{name: string, title: string, endings: string[]}[]} formats
 * @property {Job|null} job
 */

/**
 * @typedef {object} Job
 * @property {string} title
 * @property {number} total sessions
 * @property {number} done
 * @property {boolean} ended
 * @property {string[]} left_out sessions, each with why
 * @property {string} failed why, or ""
 * @property {string} file its name, once it is ready
 * @property {number} bytes
 */

/**
 * @typedef {object} FoundSessions A page of them.
 * @property {SessionLine[]} sessions
 * @property {number} total on all pages together, counted as far as `counted_max` and one more
 * @property {number} counted_max
 * @property {string} next what asks for the page after; "" on the last
 * @property {{id: string, name: string}[]} people
 */

export {};
