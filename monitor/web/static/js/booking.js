/** What is entered of a booking: who comes, to which chair, when, for how long. */

import { make } from "./dom.js";
import { field, form, tick } from "./sheet.js";

/** @typedef {import("./contract-day.js").Day} Day */
/** @typedef {import("./contract-day.js").DayRow} DayRow */
/** @typedef {import("./server.js").Act} Act */

const PATIENT = "Patient (pseudonym)";

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
  const listed = suggest(day, patient.input, initials.input);
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
 * Patients who are known already, to choose from; their initials then stand there too.
 * @param {Day} day
 * @param {HTMLInputElement} patient
 * @param {HTMLInputElement} initials
 */
function suggest(day, patient, initials) {
  const known = make("datalist");
  known.id = "known-patients";
  known.append(...day.patients.map((one) => new Option(one.initials, one.patient_ref)));
  patient.setAttribute("list", known.id);
  patient.addEventListener("change", () => {
    const found = day.patients.find((one) => one.patient_ref === patient.value.trim());
    if (found) initials.value = found.initials;
  });
  return known;
}
