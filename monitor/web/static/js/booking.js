/** What is entered of a booking: who comes, to which chair, when, for how long. */

import { make } from "./dom.js";
import { Refused, read } from "./server.js";
import { field, form, tick } from "./sheet.js";

/** @typedef {import("./contract-day.js").Day} Day */
/** @typedef {import("./contract-day.js").DayRow} DayRow */
/** @typedef {import("./contract-day.js").KnownPatient} KnownPatient */
/** @typedef {import("./server.js").Act} Act */

const PATIENT = "Patient (pseudonym)";
/** What is typed within this time is asked for at once. */
const TYPING_MS = 150;

/** What stands in the form of a new booking. */
const BLANK = {
  patient_ref: "",
  initials: "",
  person: "",
  born: "",
  phone: "",
  chair: "",
  time: "",
  planned_minutes: 40,
  sitter_expected: true,
  booking: "",
};

/**
 * A patient's pseudonym; one who is booked already is who they are.
 * @param {string} patient_ref
 */
export function patientField(patient_ref) {
  const patient = field(PATIENT, patient_ref, { max: 24, required: true });
  patient.input.readOnly = patient_ref !== "";
  return patient;
}

/** @param {number} minutes */
export function minutesField(minutes) {
  const planned = field("Planned infusion, minutes", String(minutes), {
    type: "number",
    required: true,
  });
  planned.input.min = "10";
  planned.input.max = "180";
  return planned;
}

/**
 * A chair to choose, among all or among those that are free.
 * @param {Day} day
 * @param {string} chosen
 * @param {boolean} free
 */
export function chairField(day, chosen, free) {
  const input = make("select");
  for (const one of day.chairs) {
    if (free && !one.free && one.chair !== chosen) continue;
    input.append(new Option(`Chair ${one.label}`, one.chair, false, one.chair === chosen));
  }
  return { input, element: make("label", "field", ["Chair", input]) };
}

/**
 * The form of a booking.
 * @param {Day} day
 * @param {DayRow|null} row the booking that is changed, null for a new one
 * @param {(patient: Record<string, string>, booking: Act) => void} keep
 */
export function bookingForm(day, row, keep) {
  const known = { ...BLANK, date: day.day, ...row };
  const patient = patientField(known.patient_ref);
  const initials = field("Initials", known.initials, { max: 8, required: true });
  const listed = suggest(patient.input, initials.input);
  const named = day.names ? namesOf(known) : [];
  const chair = chairField(day, known.chair, false);
  const date = field("Day", known.date, { type: "date", required: true });
  const time = field("Time", known.time, { type: "time", required: true });
  const minutes = minutesField(known.planned_minutes);
  const sitter = tick("a sitter is expected", known.sitter_expected);
  const fields = [patient, initials, ...named, chair, date, time, minutes];
  const body = make("div", "fields", [...fields.map((one) => one.element), listed]);
  return form([body, sitter.element], row ? "CHANGE" : "BOOK", () => {
    const patient_ref = patient.input.value.trim();
    const told = { patient_ref, initials: initials.input.value.trim() };
    const names = named.map((one) => [one.key, one.input.value.trim()]);
    keep({ ...told, ...Object.fromEntries(names) }, {
      patient_ref,
      chair: chair.input.value,
      at: `${date.input.value}T${time.input.value.slice(0, 5)}`,
      planned_minutes: minutes.input.valueAsNumber,
      sitter: sitter.input.checked,
      booking: known.booking,
    });
  });
}

/** @param {{person: string, born: string, phone: string}} known */
function namesOf(known) {
  return [
    { key: "person", ...field("Name", known.person) },
    { key: "born", ...field("Date of birth", known.born, { type: "date" }) },
    { key: "phone", ...field("Phone", known.phone, { max: 30, type: "tel" }) },
  ];
}

/**
 * Patients who are known already and begin with what is typed; their initials then stand there too.
 * @param {HTMLInputElement} patient
 * @param {HTMLInputElement} initials
 */
function suggest(patient, initials) {
  const offered = make("datalist");
  offered.id = "known-patients";
  patient.setAttribute("list", offered.id);
  let timer = 0;
  patient.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void offer(), TYPING_MS);
  });
  const offer = async () => {
    const typed = patient.value;
    const known = await patientsLike(typed);
    if (patient.value !== typed) return;
    offered.replaceChildren(
      ...known.map((one) => {
        const said = [one.initials, one.person].filter(Boolean).join(" ");
        return new Option(said, one.patient_ref);
      }),
    );
  };
  patient.addEventListener("change", () => {
    void knownPatient(patient.value).then((found) => {
      if (found) initials.value = found.initials;
    });
  });
  return offered;
}

/**
 * The first registered patients who begin with that.
 * @param {string} text
 * @returns {Promise<KnownPatient[]>}
 */
async function patientsLike(text) {
  if (!text.trim()) return [];
  try {
    return (await read(`/api/patients?find=${encodeURIComponent(text.trim())}`)).patients;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [];
  }
}

/**
 * The registered patient of exactly that reference, if there is one.
 * @param {string} patient_ref
 */
export async function knownPatient(patient_ref) {
  return (await patientsLike(patient_ref)).find((one) => one.patient_ref === patient_ref.trim());
}
