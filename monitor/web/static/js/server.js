/** Asking the service and telling it what a person did; refusals come back in words. */

/** @typedef {{what: string, why: string, fix: string}} Refusal */
/** @typedef {string|number|boolean|null} Plain */
/** @typedef {Record<string, Plain|Plain[]|Record<string, Plain>>} Act */

export class Refused extends Error {
  /**
   * @param {Refusal} refusal
   * @param {number} status the answer's; 0 when there was none
   */
  constructor(refusal, status) {
    super([refusal.what, refusal.why, refusal.fix].filter(Boolean).join(" · "));
    this.name = "Refused";
    this.status = status;
  }
}

const TIMEOUT_MS = 5_000;
const MAKING_MS = 60_000;
const REVOKE_MS = 10_000;

/**
 * Read JSON from the service.
 * @param {string} path
 * @param {number} timeout_ms
 * @returns {Promise<any>}
 */
export async function read(path, timeout_ms = TIMEOUT_MS) {
  return answer(path, { headers: { Accept: "application/json" } }, timeout_ms);
}

/**
 * Tell the service an act of a person; resolves when it is committed.
 * @param {string} path
 * @param {Act} act
 * @param {number} timeout_ms
 * @returns {Promise<any>}
 */
export async function tell(path, act, timeout_ms = TIMEOUT_MS) {
  return answer(path, posted(act), timeout_ms);
}

/**
 * An act of a person that is answered with a document.
 * @param {string} path
 * @returns {Promise<Blob>}
 */
export async function made(path) {
  return (await answered(path, posted({}), MAKING_MS)).blob();
}

/**
 * An act of a person that is answered with a file: it is saved under the service's name for it.
 * @param {string} path
 * @param {Act} act
 * @returns {Promise<string>} the name
 */
export async function save(path, act) {
  const response = await answered(path, posted(act), MAKING_MS);
  const said = response.headers.get("Content-Disposition") ?? "";
  const name = /filename="([^"]+)"/.exec(said)?.[1] ?? "export";
  const place = document.createElement("a");
  place.href = URL.createObjectURL(await response.blob());
  place.download = name;
  place.click();
  setTimeout(() => URL.revokeObjectURL(place.href), REVOKE_MS);
  return name;
}

/**
 * @param {Act} act
 * @returns {RequestInit}
 */
function posted(act) {
  const headers = { "Content-Type": "application/json", "X-Chairside": "1" };
  return { method: "POST", headers, body: JSON.stringify(act) };
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @returns {Promise<any>}
 */
async function answer(path, request, timeout_ms = TIMEOUT_MS) {
  return (await answered(path, request, timeout_ms)).json();
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @param {number} timeout_ms
 * @returns {Promise<Response>}
 */
async function answered(path, request, timeout_ms) {
  const signal = AbortSignal.timeout(timeout_ms);
  let response;
  try {
    response = await fetch(path, { ...request, signal, cache: "no-store" });
  } catch {
    const fix = "watch the bedside monitor and try again";
    const why = "network or service down";
    throw new Refused({ what: "the service does not answer", why, fix }, 0);
  }
  if (response.ok) return response;
  throw new Refused(await refusalOf(response), response.status);
}

/**
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
async function refusalOf(response) {
  const unclear = { what: `the service answered ${response.status}`, why: "", fix: "try again" };
  try {
    return { ...unclear, ...(await response.json()) };
  } catch {
    return unclear;
  }
}
